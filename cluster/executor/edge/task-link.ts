/**
 * The link to the sandbox of a task of a group, `tasks/ID` in the sandbox of its executor, by which people find it.
 *
 * The executor's sandbox belongs to the user of its tasks, who may put links there while the agent works in it as root. So
 * each folder is opened first, without following a link, and then worked in by its descriptor.
 */

import { closeSync, constants, fchmodSync, mkdirSync, openSync, symlinkSync } from 'node:fs';

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** Users of other tasks may pass and not list. */
const PASSABLE = 0o711;

export interface TaskLink {
  readonly executorSandbox: string;
  readonly sandbox: string;
  readonly taskId: string;
}

/** Makes the link unless there is something of its name. */
export function linkTask({ executorSandbox, sandbox, taskId }: TaskLink): void {
  const parent = openSync(executorSandbox, FOLDER);
  try {
    linkBelow(parent, sandbox, taskId);
  } finally {
    closeSync(parent);
  }
}

function linkBelow(parent: number, sandbox: string, taskId: string): void {
  ignoreExisting(() => mkdirSync(pathIn(parent, 'tasks'), PASSABLE));
  const tasks = openSync(pathIn(parent, 'tasks'), FOLDER);
  try {
    fchmodSync(tasks, PASSABLE);
    ignoreExisting(() => symlinkSync(sandbox, pathIn(tasks, taskId)));
  } finally {
    closeSync(tasks);
  }
}

function ignoreExisting(make: () => void): void {
  try {
    make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** The path of a file in an open folder, wherever that is by now. */
function pathIn(folder: number, name: string): string {
  return `/proc/self/fd/${folder}/${name}`;
}
