/**
 * Makes sandboxes: folders of the task's user that no other user may list, as in Mesos 1.11 (0750).
 *
 * Always true: users who may pass through the folders on the way may not list them.
 */

import { statSync } from 'node:fs';
import { chown, readdir, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { makeFolder } from '../../runtime/files/make-folder';
import { parentFolderMode, setMode } from '../../runtime/files/private';
import { identityOf } from '../../runtime/identity';

const SANDBOX = 0o750;
/** Folders from `slaves` to a sandbox: slaves/ID/frameworks/ID/executors/ID/runs/ID. */
const DEPTH = 8;

export interface SandboxPath {
  readonly workDir: string;
  readonly directory: string;
  readonly user: string | undefined;
}

/** Makes a sandbox and the link `latest` beside it. The executor reports an unknown user. */
export async function makeSandbox({ workDir, directory, user }: SandboxPath): Promise<void> {
  let way = workDir;
  for (const name of relative(workDir, dirname(directory)).split(sep)) {
    way = join(way, name);
    makeFolder(way, parentFolderMode());
    setMode(way, parentFolderMode());
  }
  makeFolder(directory, SANDBOX);
  const identity = await identityOf(user).catch(() => undefined);
  if (identity) await chown(directory, identity.uid, identity.gid);
  const latest = join(dirname(directory), 'latest');
  await rm(latest, { force: true });
  await symlink(basename(directory), latest);
}

/**
 * Closes the sandboxes that earlier versions left open to all. `slaves` is closed last, as its mode tells
 * whether there is more to do.
 */
export async function closeOldSandboxes(workDir: string): Promise<void> {
  const slaves = join(workDir, 'slaves');
  const isOpen = ((statSync(slaves, { throwIfNoEntry: false })?.mode ?? 0) & 0o066) !== 0;
  if (isOpen) await closeBelow(slaves, 1);
}

async function closeBelow(folder: string, depth: number): Promise<void> {
  if (depth === DEPTH) return setMode(folder, SANDBOX);
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await closeBelow(join(folder, entry.name), depth + 1);
  setMode(folder, parentFolderMode());
}
