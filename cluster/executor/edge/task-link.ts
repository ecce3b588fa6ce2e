/**
 * The link to the sandbox of a task of a group, `tasks/ID` in the sandbox of its executor, by which people find it.
 *
 * The executor's sandbox belongs to the user of its tasks, who may put links there while the agent works in it as root. So
 * each folder is opened first, without following a link, and then worked in by its descriptor.
 */

import { fchmodSync, symlinkSync } from 'node:fs';
import { ignoreExisting, pathIn, withFolder, withFolderIn } from '../../runtime/files/open-folder';

/** Users of other tasks may pass and not list. */
const PASSABLE = 0o711;

export interface TaskLink {
  readonly executorSandbox: string;
  readonly sandbox: string;
  readonly taskId: string;
}

/** Makes the link unless there is something of its name. */
export function linkTask({ executorSandbox, sandbox, taskId }: TaskLink): void {
  withFolder(executorSandbox, (parent) => {
    withFolderIn(parent, { name: 'tasks', mode: PASSABLE }, (tasks) => {
      fchmodSync(tasks, PASSABLE);
      ignoreExisting(() => symlinkSync(sandbox, pathIn(tasks, taskId)));
    });
  });
}
