/**
 * Folders in the run folder of a container on which something in memory is mounted on the host.
 *
 * Always true: what is mounted is found again by the path alone, so a kill -9 of the agent leaves nothing that `unmountFolder`
 * of the next one does not remove.
 */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { makeFolder } from '../../../runtime/files/make-folder';
import { isMounted } from '../mount-points';

/** Mounts a file system on a new folder. */
export async function mountFolder(folder: string, type: 'tmpfs' | 'ramfs', options: string): Promise<void> {
  makeFolder(folder);
  await promisify(execFile)('mount', ['-t', type, '-o', options, type, folder]);
}

/** Unmounts a folder and removes it. One that is not there is no error. */
export async function unmountFolder(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  if (isMounted(folder)) await promisify(execFile)('umount', ['--lazy', folder]);
  await rmdir(folder);
}
