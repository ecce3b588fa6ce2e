/**
 * What an agent must not forget: the id it was admitted under, in Mesos' place for it (meta/slaves/latest),
 * and the reservations and volumes made on it (meta/resources/resources.info).
 */

import { mkdir, open, readFile, readlink, rename, rm, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Resource } from '../../api/generated/mesos';
import { decodeProtobuf, encodeProtobuf } from '../../api/protobuf';
import { StartError } from '../../runtime/lifecycle';

const LATEST = 'latest';

/** The id of the last run; undefined at the first. */
export async function recallAgentId(workDir: string): Promise<string | undefined> {
  try {
    return basename(await readlink(join(workDir, 'meta', 'slaves', LATEST)));
  } catch {
    return undefined;
  }
}

/** Keeps the id: made beside the old one and renamed over it, so that there is always one. */
export async function rememberAgentId(workDir: string, agentId: string): Promise<void> {
  const folder = join(workDir, 'meta', 'slaves');
  await mkdir(join(folder, agentId), { recursive: true });
  const fresh = join(folder, `${LATEST}.new`);
  await rm(fresh, { force: true });
  await symlink(agentId, fresh);
  await rename(fresh, join(folder, LATEST));
}

const KEPT = 'mesos.internal.CheckpointResourcesMessage';
const keptPath = (workDir: string): string => join(workDir, 'meta', 'resources', 'resources.info');

/** Reservations and volumes of the last run; none at the first. A file that cannot be read stops the start. */
export async function recallResources(workDir: string): Promise<readonly Resource[]> {
  const path = keptPath(workDir);
  try {
    return decodeProtobuf(KEPT, await readFile(path)).resources ?? [];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new StartError(
      `${path} cannot be read: ${(error as Error).message}. Restore it, or remove it to start without reservations`,
    );
  }
}

/** Keeps them: written beside the old ones, on the disk, and renamed over them. One at a time, please. */
export async function keepResources(workDir: string, resources: readonly Resource[]): Promise<void> {
  const path = keptPath(workDir);
  await mkdir(join(workDir, 'meta', 'resources'), { recursive: true });
  const file = await open(`${path}.new`, 'w');
  try {
    await file.writeFile(encodeProtobuf(KEPT, { resources }));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
