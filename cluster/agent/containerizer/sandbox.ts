/**
 * Makes sandboxes: folders of the task's user that no other user may list, as in Mesos 1.11 (0750).
 *
 * Always true: users who may pass through the folders on the way may not list them.
 */

import { fchmodSync, fchownSync, fstatSync, mkdirSync, statSync } from 'node:fs';
import { lchown, readdir, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { makeFolder } from '../../runtime/files/make-folder';
import { pathIn, withFolder, withFolderIn } from '../../runtime/files/open-folder';
import { parentFolderMode, setMode } from '../../runtime/files/private';
import { type Identity, identityOf } from '../../runtime/identity';

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

/** Makes a sandbox, and the link `latest` beside that of a run. The launch reports an unknown user. */
export async function makeSandbox(place: SandboxPath): Promise<void> {
  const { workDir, directory, user, isNested = false } = place;
  const identity = await identityOf(user).catch(() => undefined);
  if (isNested) return makeNestedSandbox(directory, identity);
  makeFolders(workDir, directory);
  if (identity) await lchown(directory, identity.uid, identity.gid);
  if (basename(dirname(directory)) !== 'runs') return;
  const latest = join(dirname(directory), 'latest');
  await rm(latest, { force: true });
  await symlink(basename(directory), latest);
}

/**
 * Makes SANDBOX/containers/ID. A task can write the sandbox of the parent, and swap what is in it for links at any moment,
 * so each folder is opened without following a link, and then worked in by its descriptor.
 */
function makeNestedSandbox(directory: string, identity: Identity | undefined): void {
  const containers = dirname(directory);
  withFolder(dirname(containers), (parent) => {
    withFolderIn(parent, { name: basename(containers), mode: parentFolderMode() }, (folder) => {
      if (fstatSync(folder).uid !== process.getuid?.())
        throw new Error(`Failed to create '${directory}': '${containers}' is not a folder of the agent`);
      fchmodSync(folder, parentFolderMode());
      const sandbox = pathIn(folder, basename(directory));
      mkdirSync(sandbox, { mode: SANDBOX });
      withFolder(sandbox, (opened) => giveTo(opened, identity));
    });
    if (identity) openWay(parent, directory, identity);
  });
}

function giveTo(sandbox: number, identity: Identity | undefined): void {
  fchmodSync(sandbox, SANDBOX);
  if (identity) fchownSync(sandbox, identity.uid, identity.gid);
}

/** A task of a group that runs as another user than its executor gets through the sandbox of that to its own. */
function openWay(parent: number, directory: string, { uid }: Identity): void {
  const isOfRun = basename(dirname(dirname(dirname(directory)))) === 'runs';
  if (isOfRun && fstatSync(parent).uid !== uid) fchmodSync(parent, PASSABLE);
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
