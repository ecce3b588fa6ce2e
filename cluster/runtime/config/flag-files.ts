/**
 * Flag files of the original's packages: a folder with one file for each flag, as `/etc/mesos-master` or `/etc/chronos/conf`.
 *
 * A file is named as its flag and has its value; `?NAME` and `?no-NAME` are switches (mesos-init-wrapper, marathon-framework).
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorText } from '../../model/error-text';

/** A flag as a file gives it. */
export interface FlagFile {
  readonly file: string;
  /** The name of the flag, or of what turns it off. */
  readonly name: string;
  readonly text: string;
}

/** Copies that editors and dpkg leave beside a file; the original takes them for flags and does not start. */
const BACKUP = /(~|\.(dpkg-\w+|rpm(save|new|orig)|bak|swp|orig))$/;

/**
 * The files below a folder, without hidden ones and copies. The files in a folder named in `lists` (`attributes`, `resources`)
 * are one flag: `NAME:VALUE;...`. Throws an Error that names what cannot be read.
 */
export function flagFiles(folder: string, lists: readonly string[]): FlagFile[] {
  return entriesOf(folder).flatMap((entry): FlagFile[] => {
    const file = join(folder, entry.name);
    if (!entry.isDirectory()) return [flagOf(file, entry.name)];
    return lists.includes(entry.name) ? listOf(file, entry.name) : flagFiles(file, lists);
  });
}

function flagOf(file: string, name: string): FlagFile {
  // The content of a switch counts for nothing.
  return name.startsWith('?')
    ? { file, name: name.slice(1), text: '' }
    : { file, name, text: readText(file) };
}

function listOf(folder: string, name: string): FlagFile[] {
  const items = entriesOf(folder)
    .filter((entry) => entry.isFile())
    .map((entry) => ({ name: entry.name, text: readText(join(folder, entry.name)) }))
    .filter(({ text }) => text !== '');
  if (items.length === 0) return [];
  return [{ file: folder, name, text: items.map((item) => `${item.name}:${item.text}`).join(';') }];
}

function entriesOf(folder: string): { name: string; isDirectory(): boolean; isFile(): boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.') && !BACKUP.test(name))
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  } catch (error) {
    throw new Error(`${folder} cannot be read: ${errorText(error)}`);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Error(`${file} cannot be read: ${errorText(error)}`);
  }
}
