/**
 * Persistent volumes on disk: their folders are made with their reservation, and destroyed by DESTROY alone.
 *
 * The change of a checkpoint has three steps: the target is written, volumes are made and destroyed, the target becomes
 * what is. A start after a crash in between finishes it, as in Mesos 1.11 (resources.target).
 */

import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Resource } from '../../../api/generated/mesos';
import { decodeProtobuf, encodeProtobuf } from '../../../api/protobuf';
import { errorText } from '../../../model/error-text';
import { makeFolder } from '../../../runtime/files/make-folder';
import { parentFolderMode } from '../../../runtime/files/private';
import { emptyFolder, removeTree } from '../../../runtime/files/remove-tree';
import { StartError } from '../../../runtime/lifecycle';
import type { Change, StateStore } from '../../../state/store';
import { type VolumePlace, volumeChanges } from '../../core/resources/volume-places';

/** The mode of a volume's folder; its owner is the user of the last container that had it to itself. */
const VOLUME = 0o755;

/** The variable of what is, and the one of what is to be while volumes are made and destroyed. */
export const RESOURCES = 'agent/resources';
const TARGET = 'agent/target';
const MESSAGE = 'mesos.internal.CheckpointResourcesMessage';

export interface CheckpointPlace {
  readonly workDir: string;
  readonly state: StateStore;
}

/**
 * Makes and destroys volumes, so that those of the target are there, and returns the rest of the commit that keeps it.
 * Rejects with the first error; the agent must not go on then, and its next start tries again.
 */
export async function changeVolumes(
  { workDir, state }: CheckpointPlace,
  target: readonly Resource[],
): Promise<readonly Change[]> {
  const { created, destroyed } = volumeChanges(workDir, await readResources(state), target);
  if (created.length + destroyed.length === 0) return [];
  const value = Buffer.from(encodeProtobuf(MESSAGE, { resources: target }));
  await state.commit([{ name: TARGET, value }]);
  for (const place of created) await attempt('create', place, () => makeVolume(place));
  for (const place of destroyed) await attempt('remove', place, () => destroyVolume(place));
  return [{ name: TARGET, value: undefined }];
}

/** Finishes what a run before has begun. Rejects with a StartError when it cannot. */
export async function finishVolumes(place: CheckpointPlace): Promise<void> {
  const { state } = place;
  const { value, version } = await state.fetch(TARGET);
  if (version === 0) return;
  try {
    await changeVolumes(place, decodeProtobuf(MESSAGE, value).resources ?? []);
    await state.commit([
      { name: RESOURCES, value },
      { name: TARGET, value: undefined },
    ]);
  } catch (error) {
    throw new StartError(`${errorText(error)}. Remedy it, and start the agent again`);
  }
}

/**
 * The folders that the checkpoint names. A resource that cannot be read names no volume, so none is destroyed
 * (`--no-strict`).
 */
async function readResources(state: StateStore): Promise<readonly Resource[]> {
  const { value, version } = await state.fetch(RESOURCES);
  try {
    return version === 0 ? [] : (decodeProtobuf(MESSAGE, value).resources ?? []);
  } catch {
    return [];
  }
}

async function attempt(what: string, { id, path }: VolumePlace, work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new Error(`Failed to ${what} the persistent volume ${id} at '${path}': ${errorText(error)}`);
  }
}

/** A folder that is there is kept with its data: a mounted disk, or one that an operator has filled. */
function makeVolume({ path }: VolumePlace): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path), parentFolderMode());
  mkdirSync(path, { mode: VOLUME });
  chmodSync(path, VOLUME);
}

async function destroyVolume({ path, isRemovable }: VolumePlace): Promise<void> {
  if (!existsSync(path)) return;
  if (isRemovable) await removeTree(path);
  else await emptyFolder(await realpath(path));
}
