/**
 * Keeps a copy of a LevelDB folder while it is opened.
 *
 * LevelDB drops damaged records while it opens and deletes the log that had them. Its files keep a second
 * name until the contents have been checked.
 *
 * Always true: the copy is whole. It has the files before the first opening since the last commit that did
 * not end well, and a later start does not replace it.
 */

import { copyFile, link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { COMMITS, confirmedCommits, syncFolder } from './commit-file';

/** The folder of the copy, inside the store's own. */
export const COPY_FOLDER = 'before-opening';

/** Files that LevelDB writes for itself and that say nothing about the contents. */
const NOT_CONTENT: ReadonlySet<string> = new Set(['LOCK', 'LOG', 'LOG.old']);

/**
 * Gives the files a second name, or copies them where a file system has no links. False when nothing was
 * copied: an earlier start has left a copy, or the folder has no store. Rejects, and leaves no part of a
 * copy, when the disk is full.
 */
export async function keepCopy(folder: string): Promise<boolean> {
  const names = await contentOf(folder);
  if (!isStore(names)) return false;
  const copy = join(folder, COPY_FOLDER);
  const unfinished = join(folder, `${COPY_FOLDER}.new`);
  await rm(unfinished, { recursive: true, force: true });
  if ((await contentOf(copy)).length > 0 && !(await isOutdated(folder))) return false;
  await removeCopy(folder);
  try {
    await mkdir(unfinished, { mode: 0o700 });
    for (const name of names) await keepFile(join(folder, name), join(unfinished, name), name === COMMITS);
    await syncFolder(unfinished);
    await rename(unfinished, copy);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
  await syncFolder(folder);
  return true;
}

/**
 * True for a store without the file that tells LevelDB where to begin. LevelDB would take the folder for
 * an empty one and delete the rest.
 */
export async function lacksCurrent(folder: string): Promise<boolean> {
  const names = await contentOf(folder);
  return isStore(names) && !names.includes('CURRENT');
}

/** True for the folder of a store. A first start that a crash cut short leaves only a manifest, which is none. */
export async function hasStore(folder: string): Promise<boolean> {
  return isStore(await contentOf(folder)) || (await contentOf(join(folder, COPY_FOLDER))).length > 0;
}

function isStore(names: readonly string[]): boolean {
  return names.some((name) => name === 'CURRENT' || name === COMMITS || /^\d+\.(ldb|sst|log)$/.test(name));
}

/** The names of the files with contents; none for a folder that is missing. */
async function contentOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries.filter((entry) => entry.isFile() && !NOT_CONTENT.has(entry.name)).map(({ name }) => name);
}

/** True when the store has been opened and written to since its copy was made. */
async function isOutdated(folder: string): Promise<boolean> {
  const copied = await confirmedCommits(join(folder, COPY_FOLDER, COMMITS));
  const current = await confirmedCommits(join(folder, COMMITS));
  return copied !== undefined && current !== undefined && current > copied;
}

/** Gives a file a second name. A file that changes in place is copied, as it would change under both names. */
async function keepFile(from: string, to: string, changesInPlace: boolean): Promise<void> {
  if (!changesInPlace) {
    const isLinked = await link(from, to).then(
      () => true,
      () => false,
    );
    if (isLinked) return;
  }
  await copyFile(from, to);
  const file = await open(to, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

export async function removeCopy(folder: string): Promise<void> {
  await rm(join(folder, COPY_FOLDER), { recursive: true, force: true });
}

/** The files that LevelDB found damaged in this opening, with its reasons, from its own log. */
export async function damagedFiles(folder: string): Promise<string[]> {
  const log = await readFile(join(folder, 'LOG'), 'utf8').catch(() => '');
  const damages = new Set<string>();
  for (const line of log.split('\n')) {
    const [, path, reason] = /(\S+): (dropping \d+ bytes; .*|Corruption: .*)$/.exec(line) ?? [];
    if (path !== undefined) damages.add(`${basename(path)} (${reason})`);
  }
  return [...damages];
}
