/**
 * The sandbox of a task of a group, `containers/ID` in that of its executor, and the link to it, `tasks/ID`.
 *
 * The executor's sandbox belongs to the user of its tasks, who may put links there while the agent works in it as root. So
 * each folder is opened first, without following a link, and then worked in by its descriptor.
 */

import { closeSync, constants, fchmodSync, fchownSync, mkdirSync, openSync, symlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { type Identity, identityOf } from '../../runtime/identity';

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** Users of other tasks may pass and not list. */
const PASSABLE = 0o711;
const SANDBOX = 0o750;

export interface TaskSandbox {
  readonly executorSandbox: string;
  readonly sandbox: string;
  readonly taskId: string;
  readonly user: string | undefined;
}

export async function makeTaskSandbox({
  executorSandbox,
  sandbox,
  taskId,
  user,
}: TaskSandbox): Promise<void> {
  const identity = await identityOf(user);
  const parent = openSync(executorSandbox, FOLDER);
  try {
    const containers = makeFolderIn(parent, 'containers', PASSABLE);
    try {
      const own = makeFolderIn(containers, basename(sandbox), SANDBOX, identity);
      closeSync(own);
    } finally {
      closeSync(containers);
    }
    linkTask(parent, taskId, sandbox);
  } finally {
    closeSync(parent);
  }
}

function linkTask(parent: number, taskId: string, sandbox: string): void {
  const tasks = makeFolderIn(parent, 'tasks', PASSABLE);
  try {
    symlinkSync(sandbox, join(tasks, taskId));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    closeSync(tasks);
  }
}

/** Makes a folder unless it is there, and opens it. */
function makeFolderIn(parent: number, name: string, mode: number, owner?: Identity): number {
  const path = join(parent, name);
  try {
    mkdirSync(path, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const folder = openSync(path, FOLDER);
  fchmodSync(folder, mode);
  if (owner) fchownSync(folder, owner.uid, owner.gid);
  return folder;
}

/** The path of a file in an open folder, wherever that is by now. */
function join(folder: number, name: string): string {
  return `/proc/self/fd/${folder}/${name}`;
}
