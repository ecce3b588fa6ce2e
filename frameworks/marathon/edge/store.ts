/**
 * The store effect: commits the changes of the core, in order, and loads the stored variables at the start.
 */

import { errorText } from '../../../cluster/model/error-text';
import type { StateStore } from '../../../cluster/state/store';
import type { MarathonEffect } from '../core/state/effects';
import type { NewMarathonEvent } from '../core/state/events';
import type { Stored } from '../core/state/storage';

type StoreEffect = Extract<MarathonEffect, { kind: 'store' }>;

/** All stored variables of Marathon. */
export async function loadStored(state: StateStore): Promise<Stored> {
  const variables = await state.fetchAll('marathon/');
  return variables.map(({ name, value }) => ({ name, text: value.toString('utf8') }));
}

/** Commits and reports back, also when the commit failed. */
export async function performStore(
  state: StateStore,
  { ticket, changes }: StoreEffect,
  post: (event: NewMarathonEvent) => void,
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
