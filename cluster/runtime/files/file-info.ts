/**
 * One row of a file listing, in the shapes of `/files/browse` and of LIST_FILES.
 */

import { readFileSync, type Stats } from 'node:fs';

export interface FileInfo {
  readonly path: string;
  readonly nlink: number;
  readonly size: number;
  readonly modifiedMs: number;
  readonly mode: number;
  readonly uid: string;
  readonly gid: string;
}

export function fileInfo(path: string, stats: Stats): FileInfo {
  return {
    path,
    nlink: stats.nlink,
    size: stats.size,
    modifiedMs: Math.floor(stats.mtimeMs),
    mode: stats.mode,
    uid: nameOf('/etc/passwd', stats.uid),
    gid: nameOf('/etc/group', stats.gid),
  };
}

const TYPES = new Map([
  [0o010000, 'p'],
  [0o020000, 'c'],
  [0o040000, 'd'],
  [0o060000, 'b'],
  [0o120000, 'l'],
  [0o140000, 's'],
]);

/** The mode in the manner of ls: `-rw-r--r--`. */
export function printMode(mode: number): string {
  const letters = 'rwxrwxrwx';
  const bits = [...letters].map((letter, index) => ((mode >> (8 - index)) & 1 ? letter : '-'));
  return (TYPES.get(mode & 0o170000) ?? '-') + bits.join('');
}

/** The v0 JSON of a row. */
export function fileJson({ path, nlink, size, modifiedMs, mode, uid, gid }: FileInfo): object {
  return { path, nlink, size, mtime: Math.floor(modifiedMs / 1000), mode: printMode(mode), uid, gid };
}

const names = new Map<string, { readonly byId: ReadonlyMap<number, string>; readonly readAt: number }>();

/** Users and groups may be added while we run. */
const NAMES_MAX_AGE_MS = 10_000;

function nameOf(file: string, id: number): string {
  const cached = names.get(file);
  const now = performance.now();
  const fresh =
    cached && now - cached.readAt < NAMES_MAX_AGE_MS ? cached : { byId: readNames(file), readAt: now };
  names.set(file, fresh);
  return fresh.byId.get(id) ?? String(id);
}

/** Lines are `name:x:id:...`; the first name of an id counts. */
function readNames(file: string): Map<number, string> {
  const namesById = new Map<number, string>();
  try {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const [name, , id] = line.split(':');
      if (name && id && !namesById.has(Number(id))) namesById.set(Number(id), name);
    }
  } catch {
    // Without the file, ids are shown as numbers.
  }
  return namesById;
}
