/**
 * The agent's checkpoint on disk.
 *
 * The agent's id and the boot id have Mesos' places (meta/slaves/latest, a link that operators remove to make an agent a
 * new one, and meta/boot_id). The rest is in a store (meta/state, checkpoint-entries.ts).
 *
 * Always true: one process has the work folder, by the lock of the store.
 */

import { existsSync } from 'node:fs';
import { readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { decodeProtobuf } from '../../../api/protobuf';
import { errorText } from '../../../model/error-text';
import { makeFolder } from '../../../runtime/files/make-folder';
import { StartError } from '../../../runtime/lifecycle';
import type { Logger } from '../../../runtime/log';
import { syncFolder } from '../../../state/commit-file';
import { LocalStore } from '../../../state/local';
import type { StateStore } from '../../../state/store';
import type { CheckpointChange } from '../../core/state/entries';
import { commitOf, OwnedNames } from './checkpoint-entries';
import { type CheckpointPlace, changeVolumes, finishVolumes, RESOURCES } from './volumes';

const LATEST = 'latest';
const BOOT_ID = 'boot_id';

/**
 * Opens the store and locks the work folder. Rejects with a StartError when another agent has it, or when the
 * store is damaged.
 */
export async function openCheckpoint(workDir: string, log: Pick<Logger, 'warn'>): Promise<StateStore> {
  const state = await LocalStore.open(join(workDir, 'meta', 'state'), { log });
  try {
    await takeOver(state, join(workDir, 'meta', 'resources', 'resources.info'));
    await finishVolumes({ workDir, state });
    return state;
  } catch (error) {
    await state.close();
    throw error;
  }
}

/** Moves reservations from the file of earlier versions into the store. */
async function takeOver(state: StateStore, path: string): Promise<void> {
  if (!existsSync(path)) return;
  const value = await readFile(path);
  if ((await state.fetch(RESOURCES)).version === 0) {
    checkResources(value, path);
    await state.commit([{ name: RESOURCES, value }]);
  }
  await rm(path);
}

function checkResources(bytes: Buffer, source: string): void {
  try {
    decodeProtobuf('mesos.internal.CheckpointResourcesMessage', bytes);
  } catch (error) {
    throw new StartError(
      `${source} cannot be read: ${errorText(error)}. Restore it, or move it out of the agent's --work_dir to start without reservations`,
    );
  }
}

/**
 * The id of the last run; undefined at the first, and after an operator removed the link. Rejects with a
 * StartError for a link that does not lead to a folder of the agent.
 */
export async function readAgentId(workDir: string): Promise<string | undefined> {
  const link = join(workDir, 'meta', 'slaves', LATEST);
  try {
    const id = basename(await readlink(link));
    if (existsSync(join(workDir, 'meta', 'slaves', id))) return id;
    throw new Error(`it names ${JSON.stringify(id)}, which has no folder beside it`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new StartError(
      `${link} cannot be read: ${errorText(error)}. Restore it, or remove it to start as a new agent`,
    );
  }
}

/** Keeps the id: the link is made under another name and renamed, so that there is always one, also after a power cut. */
export async function checkpointAgentId(workDir: string, agentId: string): Promise<void> {
  const folder = join(workDir, 'meta', 'slaves');
  makeFolder(join(folder, agentId));
  const fresh = join(folder, `${LATEST}.new`);
  await rm(fresh, { force: true });
  await symlink(agentId, fresh);
  await rename(fresh, join(folder, LATEST));
  await syncFolder(folder);
  await syncFolder(dirname(folder));
}

/** Makes the next start one of a new agent, as operators do by hand; reservations stay. */
export async function forgetAgentId(workDir: string): Promise<void> {
  await rm(join(workDir, 'meta', 'slaves', LATEST), { force: true });
}

/** The boot id of this machine; undefined where the kernel does not tell one. */
export async function readBootId(): Promise<string | undefined> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined))?.trim();
}

/** The boot id at the end of the last recovery; undefined at the first start. */
export async function readLastBootId(workDir: string): Promise<string | undefined> {
  const text = await readFile(join(workDir, 'meta', BOOT_ID), 'utf8').catch(() => undefined);
  return text?.trim();
}

/** Keeps the boot id, in the file that Mesos has it in. */
async function checkpointBootId(workDir: string, bootId: string): Promise<void> {
  const path = join(workDir, 'meta', BOOT_ID);
  makeFolder(dirname(path));
  await writeFile(`${path}.new`, bootId, { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
  await syncFolder(dirname(path));
}

/**
 * Writes changes, and makes and destroys volumes with them. The id follows the rest: one without its link is the id of no
 * agent.
 */
export async function writeChanges(
  { workDir, state, owned = new OwnedNames(state) }: CheckpointPlace & { readonly owned?: OwnedNames },
  changes: readonly CheckpointChange[],
): Promise<void> {
  const stored = changes.flatMap((change) => (change.entry === 'boot' ? [] : [change]));
  const target = stored.find((change) => change.entry === 'resources')?.value;
  const reached = target ? await changeVolumes({ workDir, state }, target) : [];
  const commit = [...(await commitOf(owned, stored)), ...reached];
  if (commit.length > 0) await state.commit(commit);
  owned.follow(commit);
  for (const change of changes) {
    if (change.entry === 'agent') await checkpointNewId(workDir, change.value?.id?.value);
    if (change.entry === 'boot' && change.value !== undefined) await checkpointBootId(workDir, change.value);
  }
}

async function checkpointNewId(workDir: string, agentId: string | undefined): Promise<void> {
  if (agentId !== undefined && agentId !== (await readAgentId(workDir)))
    await checkpointAgentId(workDir, agentId);
}
