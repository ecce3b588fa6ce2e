/**
 * Makes sandboxes: folders of the task's user that no other user may list, as in Mesos 1.11 (0750).
 *
 * Always true: users who may pass through the folders on the way may not list them.
 */

import { lstatSync, mkdirSync, statSync } from 'node:fs';
import { lchown, readdir, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { makeFolder } from '../../runtime/files/make-folder';
import { parentFolderMode, setMode } from '../../runtime/files/private';
import { identityOf } from '../../runtime/identity';

const SANDBOX = 0o750;
/** A sandbox that users of tasks nested in it pass and do not list. */
const PASSABLE = 0o751;
/** Folders from `slaves` to a sandbox: slaves/ID/frameworks/ID/executors/ID/runs/ID. */
const DEPTH = 8;

export interface SandboxPath {
  readonly workDir: string;
  readonly directory: string;
  readonly user: string | undefined;
  /** True for one below the sandbox of another container. */
  readonly isNested?: boolean | undefined;
}

/**
 * Makes a sandbox, and the link `latest` beside that of a run. The launch reports an unknown user.
 *
 * The way to the sandbox of a nested container leads through that of its parent, which a task can write: nothing of it is
 * followed or changed that is not a folder of ours.
 */
export async function makeSandbox({
  workDir,
  directory,
  user,
  isNested = false,
}: SandboxPath): Promise<void> {
  if (isNested) makeNestedFolders(directory);
  else makeFolders(workDir, directory);
  const identity = await identityOf(user).catch(() => undefined);
  if (identity) await lchown(directory, identity.uid, identity.gid);
  if (isNested) openWay(directory, identity?.uid);
  if (basename(dirname(directory)) !== 'runs') return;
  const latest = join(dirname(directory), 'latest');
  await rm(latest, { force: true });
  await symlink(basename(directory), latest);
}

/** Makes SANDBOX/containers/ID. */
function makeNestedFolders(directory: string): void {
  const containers = dirname(directory);
  const stats = lstatSync(containers, { throwIfNoEntry: false });
  if (!stats) mkdirSync(containers, { mode: parentFolderMode() });
  else if (!stats.isDirectory() || stats.uid !== process.getuid?.())
    throw new Error(`Failed to create '${directory}': '${containers}' is not a folder of the agent`);
  setMode(containers, parentFolderMode());
  mkdirSync(directory, { mode: SANDBOX });
}

/** A task of a group that runs as another user than its executor gets through the sandbox of that to its own. */
function openWay(directory: string, uid: number | undefined): void {
  const parent = dirname(dirname(directory));
  const isOfRun = basename(dirname(parent)) === 'runs';
  if (isOfRun && uid !== undefined && lstatSync(parent).uid !== uid) setMode(parent, PASSABLE);
}

function makeFolders(workDir: string, directory: string): void {
  let way = workDir;
  for (const name of relative(workDir, dirname(directory)).split(sep)) {
    way = join(way, name);
    makeFolder(way, parentFolderMode());
    setMode(way, parentFolderMode());
  }
  makeFolder(directory, SANDBOX);
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
