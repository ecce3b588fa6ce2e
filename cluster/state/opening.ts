/**
 * A LevelDB folder around its opening. LevelDB drops damaged records while it opens and deletes the log that
 * had them, so its files are kept under a second name until the contents have been judged.
 *
 * Always true: the copy is of the files before the first opening that did not end well; a later start does
 * not replace it.
 */

import { copyFile, link, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** The folder, inside the store's own, with the files as they were. */
export const COPY_FOLDER = 'before-opening';

/** Files that LevelDB writes for itself and that say nothing about the contents. */
const NOT_CONTENT: ReadonlySet<string> = new Set(['LOCK', 'LOG', 'LOG.old']);

/** Gives the files a second name (or copies them where a file system has no links); false when that is done already. */
export async function keepCopy(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && !NOT_CONTENT.has(entry.name))
    .map(({ name }) => name);
  if (!names.includes('CURRENT')) return false;
  const copy = join(folder, COPY_FOLDER);
  const isNew = await mkdir(copy, { mode: 0o700 }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
  if (!isNew) return false;
  for (const name of names) await keepFile(join(folder, name), join(copy, name), isRewritten(name));
  return true;
}

/** The commit file changes in place, so a link to it would change, too. */
function isRewritten(name: string): boolean {
  return name === 'COMMITS';
}

async function keepFile(from: string, to: string, isCopied: boolean): Promise<void> {
  if (isCopied) return await copyFile(from, to);
  try {
    await link(from, to);
  } catch {
    await copyFile(from, to);
  }
}

export async function removeCopy(folder: string): Promise<void> {
  await rm(join(folder, COPY_FOLDER), { recursive: true, force: true });
}

/** The files that LevelDB itself found damaged in this opening, with its reason, as its own log names them. */
export async function damagedFiles(folder: string): Promise<string[]> {
  const log = await readFile(join(folder, 'LOG'), 'utf8').catch(() => '');
  const damages = new Set<string>();
  for (const line of log.split('\n')) {
    const [, path, reason] = /(\S+): (dropping \d+ bytes; .*|Corruption: .*)$/.exec(line) ?? [];
    if (path !== undefined) damages.add(`${basename(path)} (${reason})`);
  }
  return [...damages];
}
