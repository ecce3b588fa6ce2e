/** The store effect of a framework: commits the changes of its core in order, and loads the stored variables. */

import { errorText } from '../../../cluster/model/error-text';
import type { Stamped } from '../../../cluster/model/event';
import type { Unstamped } from '../../../cluster/runtime/mailbox';
import type { StateStore } from '../../../cluster/state/store';
import type { StoreEffect, StoreEvents } from '../core/turn/effects';

/** A stored variable as a core reads it. */
export interface StoredText {
  readonly name: string;
  readonly text: string;
}

type StoreAnswer = Unstamped<Stamped<StoreEvents>>;

/** All stored variables of a framework; their names begin with its prefix. */
export async function loadStored(state: StateStore, prefix: string): Promise<StoredText[]> {
  const variables = await state.fetchAll(prefix);
  return variables.map(({ name, value }) => ({ name, text: value.toString('utf8') }));
}

/** Commits and reports back, also when the commit failed. */
export async function performStore(
  state: StateStore,
  { ticket, changes }: StoreEffect,
  post: (answer: StoreAnswer) => void,
): Promise<void> {
  try {
    const done = await state.commit(
      changes.map(({ name, value }) => ({
        name,
        value: value === undefined ? undefined : Buffer.from(value),
      })),
    );
    if (done.ok) post({ kind: 'stored', ticket });
    else post({ kind: 'store.failed', ticket, reason: `${done.conflict} was changed by somebody else` });
  } catch (error) {
    post({ kind: 'store.failed', ticket, reason: errorText(error) });
  }
}
