/**
 * The agent's checkpoint on disk: its id, and the reservations and volumes made at run time.
 *
 * The id has Mesos' place (meta/slaves/latest, a link that operators remove to make an agent a new one). The
 * rest is in a store (meta/state).
 *
 * Always true: one process has the work folder, by the lock of the store.
 */

import { existsSync } from 'node:fs';
import { readFile, readlink, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Resource } from '../../api/generated/mesos';
import { decodeProtobuf, encodeProtobuf } from '../../api/protobuf';
import { errorText } from '../../model/error-text';
import { makeFolder } from '../../runtime/files/make-folder';
import { StartError } from '../../runtime/lifecycle';
import type { Logger } from '../../runtime/log';
import { syncFolder } from '../../state/commit-file';
import { LocalStore } from '../../state/local';
import type { StateStore } from '../../state/store';

const LATEST = 'latest';
const RESOURCES = 'agent/resources';
const MESSAGE = 'mesos.internal.CheckpointResourcesMessage';

/**
 * Opens the store and locks the work folder. Rejects with a StartError when another agent has it, or when the
 * store is damaged.
 */
export async function openCheckpoint(workDir: string, log: Pick<Logger, 'warn'>): Promise<StateStore> {
  const state = await LocalStore.open(join(workDir, 'meta', 'state'), { log });
  try {
    await takeOver(state, join(workDir, 'meta', 'resources', 'resources.info'));
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
    decode(value, path);
    await state.commit([{ name: RESOURCES, value }]);
  }
  await rm(path);
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

/** Reservations and volumes of the last run; none at the first. */
export async function readCheckpointedResources(state: StateStore): Promise<readonly Resource[]> {
  const { value, version } = await state.fetch(RESOURCES);
  return version === 0 ? [] : decode(value, `the variable ${RESOURCES} of the store meta/state`);
}

/** Keeps reservations and volumes; commits are applied in the order of their calls. */
export async function checkpointResources(state: StateStore, resources: readonly Resource[]): Promise<void> {
  await state.commit([{ name: RESOURCES, value: Buffer.from(encodeProtobuf(MESSAGE, { resources })) }]);
}

function decode(bytes: Buffer, source: string): readonly Resource[] {
  try {
    return decodeProtobuf(MESSAGE, bytes).resources ?? [];
  } catch (error) {
    throw new StartError(
      `${source} cannot be read: ${errorText(error)}. Restore it, or move it out of the agent's --work_dir to start without reservations`,
    );
  }
}
