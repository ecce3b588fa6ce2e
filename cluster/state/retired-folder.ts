/** Folders whose contents were moved into ZooKeeper: they are renamed, so that they are not moved again. */

import { existsSync, renameSync } from 'node:fs';
import { errorText } from '../model/error-text';
import type { Logger } from '../runtime/log';

const MOVED = '.moved-to-zookeeper';

/** Renames the folder and returns its new path. What was in it is stored already, so a failure is only a warning. */
export function retireFolder(folder: string, log: Pick<Logger, 'warn'>): string {
  let path = folder + MOVED;
  for (let number = 2; existsSync(path); number++) path = `${folder}${MOVED}-${number}`;
  try {
    renameSync(folder, path);
    return path;
  } catch (error) {
    log.warn({ folder, error: errorText(error) }, `the folder cannot be renamed: rename it to ${path}`);
    return folder;
  }
}
