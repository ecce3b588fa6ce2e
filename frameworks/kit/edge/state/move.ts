/**
 * The state on the disk of a framework that ran alone, moved into ZooKeeper when several share one.
 *
 * Always true: it is moved only if ZooKeeper has none, by the one that leads. Of several with a state on disk the first
 * that leads moves its own, and the others keep theirs. The folder is renamed after the move.
 */

import { existsSync } from 'node:fs';
import type { Logger } from '../../../../cluster/runtime/log';
import { LocalStore } from '../../../../cluster/state/local';
import { replaceState } from '../../../../cluster/state/replace';
import { retireFolder } from '../../../../cluster/state/retired-folder';
import type { StateStore } from '../../../../cluster/state/store';

/** Moves the state of the folder if there is one and the store has none. Rejects when that cannot be done. */
export async function moveFromDisk(
  store: StateStore,
  { folder, log }: { readonly folder: string; readonly log: Logger },
): Promise<void> {
  if (!existsSync(folder)) return;
  if ((await store.names()).length > 0) {
    const text =
      'ZooKeeper has a state, so the one on disk is left alone: move its folder away if it is not needed';
    log.warn({ folder }, text);
    return;
  }
  const variables = await readLocal(folder, log);
  if (variables.length === 0) return;
  await replaceState(store, variables);
  const fields = { folder, kept: retireFolder(folder, log), variables: variables.length };
  log.info(fields, 'the state on disk was moved into ZooKeeper');
}

async function readLocal(folder: string, log: Logger) {
  const local = await LocalStore.open(folder, { log });
  try {
    return await local.fetchAll('');
  } finally {
    await local.close();
  }
}
