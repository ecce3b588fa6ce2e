/**
 * Files and folders that no other user of the machine may use, whatever umask a daemon is started with.
 */

import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../log';

const PRIVATE_UMASK = 0o077;
/** For the owner alone. */
export const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;
/** Others may pass through the folder, and not list it. */
const PASSABLE_FOLDER = 0o711;

/** The umask that this process was started with; undefined before `keepFilesPrivate`. */
let inheritedUmask: number | undefined;

/** From now on everything that this process and its libraries write is for its owner alone. */
export function keepFilesPrivate(): void {
  inheritedUmask ??= process.umask(PRIVATE_UMASK);
}

/** The umask that this process was started with, which programs of somebody else get, such as tasks. */
export function programUmask(): number {
  if (inheritedUmask !== undefined) return inheritedUmask;
  const umask = process.umask(PRIVATE_UMASK);
  process.umask(umask);
  return umask;
}

/**
 * Starts a program of somebody else, such as a task, with the umask that this process was started with. `begin` is
 * synchronous.
 */
export function withInheritedUmask<T>(begin: () => T): T {
  if (inheritedUmask === undefined) return begin();
  process.umask(inheritedUmask);
  try {
    return begin();
  } finally {
    process.umask(PRIVATE_UMASK);
  }
}

/**
 * True when this process may run tasks as other users, who then have to pass through our folders to theirs.
 */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The mode of folders on the way to sandboxes. */
export function parentFolderMode(): number {
  return isRoot() ? PASSABLE_FOLDER : PRIVATE_FOLDER;
}

/**
 * Makes a folder of ours, and the files right in it, private. One that belongs to another user is left as
 * it is.
 */
export function restrictFolder(folder: string, mode = PRIVATE_FOLDER): void {
  setMode(folder, mode);
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isFile()) setMode(join(folder, entry.name), PRIVATE_FILE);
}

/** Gives a file or folder of ours exactly this mode; one that belongs to another user is left as it is. */
export function setMode(path: string, mode: number): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats || (stats.mode & 0o7777) === mode) return;
  try {
    chmodSync(path, mode);
  } catch (error) {
    if (!['EPERM', 'EROFS', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/**
 * Warns when others can list the folder of a flag. Its mode is not changed, as other programs may share it;
 * our own files there have private modes. When we are root, tasks of other users have to pass through it.
 */
export function warnOpenFolder(flag: string, path: string, log: Pick<Logger, 'warn'>): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & 0o066) === 0) return;
  const wanted = parentFolderMode().toString(8);
  log.warn({ flag, path }, `others on this machine can look into this folder: chmod ${wanted} it`);
}

/** Warns, on standard error, when others can use a file of secrets that is read before there is a log. */
export function warnOpenSecret(flag: string, path: string): void {
  if (((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o007) === 0) return;
  const text = `${flag}: others on this machine can use the secrets in ${path}: chmod 600 it`;
  process.emitWarning(text, { type: 'SecurityWarning', code: 'MESETA_OPEN_SECRET' });
}
