/**
 * The folder of `--work_dir`, which has the agent's id, its checkpoints and the sandboxes of its tasks.
 */

import { existsSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from '../../../model/error-text';
import { makeFolder } from '../../../runtime/files/make-folder';
import { parentFolderMode, restrictFolder, setMode, warnOpenFolder } from '../../../runtime/files/private';
import { StartError } from '../../../runtime/lifecycle';
import type { Logger } from '../../../runtime/log';
import { closeOldSandboxes } from '../../containerizer/sandbox';

/**
 * Makes the folder and returns its real path. When we are root, tasks of other users have to pass through it to their
 * sandboxes.
 */
export async function makeWorkFolder(path: string, log: Logger): Promise<string> {
  try {
    makeFolder(path, parentFolderMode());
    const folder = await realpath(path);
    setMode(folder, ((await stat(folder)).mode & 0o7777) | (parentFolderMode() & 0o011));
    warnOpenFolder('--work_dir', folder, log);
    if (existsSync(join(folder, 'meta'))) restrictFolder(join(folder, 'meta'));
    await closeOldSandboxes(folder);
    return folder;
  } catch (error) {
    throw new StartError(`--work_dir: ${path} cannot be used: ${errorText(error)}`);
  }
}
