/**
 * The form of a stored state, a number that grows when an older program could not read it any more.
 *
 * Always true: a state of a later form is neither read nor changed. One without a number is of the first form.
 */

import { StartError } from '../../../../cluster/runtime/lifecycle';
import { FORM_VARIABLE } from '../../../../cluster/state/component-state';
import type { StateStore } from '../../../../cluster/state/store';

/** The form that a program reads and writes. */
export interface KnownForm {
  /** The name of the program, for texts. */
  readonly what: string;
  readonly form: number;
}

/** Rejects with a StartError for a state of a later form, and with another error when the store does not answer. */
export async function assertForm(store: StateStore, { what, form }: KnownForm): Promise<void> {
  const stored = await storedForm(store);
  if (stored !== undefined && !(stored <= form))
    throw new StartError(
      `the state was written by a newer ${what}: it has form ${stored}, and this one reads up to form ${form}. ` +
        'Start that one, or restore a backup of before',
    );
}

/** Gives the state our form, unless it has that. Rejects as `assertForm` does. */
export async function markForm(store: StateStore, known: KnownForm): Promise<void> {
  await assertForm(store, known);
  if ((await storedForm(store)) === known.form) return;
  const done = await store.commit([{ name: FORM_VARIABLE, value: Buffer.from(String(known.form)) }]);
  if (!done.ok) throw new Error(`${done.conflict} was changed by somebody else`);
}

/** NaN for a text that is no number: it is of no form that we know. */
async function storedForm(store: StateStore): Promise<number | undefined> {
  const { version, value } = await store.fetch(FORM_VARIABLE);
  if (version === 0) return undefined;
  const text = value.toString();
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
