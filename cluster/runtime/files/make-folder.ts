/**
 * Makes folders with their parents.
 *
 * The recursive form of Node never returns where a parent refuses new entries with ENOENT, as `/proc` does.
 */

import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** For the owner alone. */
const PRIVATE = 0o700;

/**
 * Makes a folder and its missing parents; one that is there is left as it is. Throws as `mkdir` of Node does, and
 * ENOTDIR for a path through, or to, something that is not a folder.
 */
export function makeFolder(path: string, mode = PRIVATE): void {
  const folder = resolve(path);
  if (isFolder(folder)) return;
  if (existsSync(folder)) throw notFolder(folder);
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent, mode);
  try {
    mkdirSync(folder, { mode });
    // The umask does not limit this mode.
    chmodSync(folder, mode);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function notFolder(path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`ENOTDIR: not a directory, mkdir '${path}'`), { code: 'ENOTDIR' });
}
