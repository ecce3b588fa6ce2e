/**
 * The whole state of a framework, replaced by another one in as many commits as that takes.
 *
 * Always true: from the first commit to the last the store has a mark that names the source. So no framework works with a
 * part of a state, also after a crash.
 */

import type { StoredValue } from '../../../../cluster/state/state-file';
import type { Change, StateStore } from '../../../../cluster/state/store';

const MARK = 'replacing';
/** Sizes that fit into one transaction of ZooKeeper. */
const COMMIT_BYTES = 300_000;
const COMMIT_CHANGES = 500;
/** A generous size for the name and the step of a change. */
const CHANGE_BYTES = 400;

/** The source of a replacement that has not come to its end. */
export async function unfinishedSource(store: StateStore): Promise<string | undefined> {
  const { version, value } = await store.fetch(MARK);
  return version === 0 ? undefined : value.toString();
}

/** Replaces all variables. Rejects when one of the commits fails; the mark is left then. */
export async function replaceState(
  store: StateStore,
  variables: readonly StoredValue[],
  source: string,
): Promise<void> {
  await commit(store, [{ name: MARK, value: Buffer.from(source) }]);
  const names = new Set(variables.map(({ name }) => name));
  const removed = (await store.names()).filter((name) => name !== MARK && !names.has(name));
  const changes = [...removed.map((name): Change => ({ name, value: undefined })), ...variables];
  for (const batch of batchesOf(changes)) await commit(store, batch);
  await commit(store, [{ name: MARK, value: undefined }]);
}

async function commit(store: StateStore, changes: readonly Change[]): Promise<void> {
  const done = await store.commit(changes);
  if (!done.ok) throw new Error(`${done.conflict} was changed by somebody else`);
}

function batchesOf(changes: readonly Change[]): Change[][] {
  const batches: Change[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const { name, value } of changes) {
    const size = CHANGE_BYTES + (value?.length ?? 0);
    const batch = batches.at(-1);
    if (batch && bytes + size <= COMMIT_BYTES && batch.length < COMMIT_CHANGES) {
      batch.push({ name, value });
      bytes += size;
    } else {
      batches.push([{ name, value }]);
      bytes = size;
    }
  }
  return batches;
}
