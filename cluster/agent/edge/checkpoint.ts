/**
 * What an agent must not forget: the id it was admitted under, in Mesos' place for it (meta/slaves/latest).
 */

import { mkdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';

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
