/** The whole state of a component, replaced by another one in one commit. */

import type { StoredValue } from './state-file';
import type { StateStore } from './store';

/** Replaces all variables. Rejects when that cannot be stored. */
export async function replaceState(store: StateStore, variables: readonly StoredValue[]): Promise<void> {
  const names = new Set(variables.map(({ name }) => name));
  const removed = (await store.names()).filter((name) => !names.has(name));
  const done = await store.commit([
    ...removed.map((name) => ({ name, value: undefined })),
    ...variables.map(({ name, value }) => ({ name, value })),
  ]);
  if (!done.ok) throw new Error(`${done.conflict} was changed by somebody else`);
}
