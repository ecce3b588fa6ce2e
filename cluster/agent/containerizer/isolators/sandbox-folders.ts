/**
 * Folders below a sandbox, made for its user. A task could have put links on the way: no path leaves the sandbox.
 */

import { closeSync, lchownSync, lstatSync, mkdirSync, openSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';

/** Makes a folder below a sandbox with those on the way, unless it is there. Returns its path without links. */
export function makeFolderInside(sandbox: string, path: string): string {
  const owner = statSync(sandbox);
  let way = realpathSync(sandbox);
  const root = way;
  for (const name of partsOf(path)) {
    const next = join(way, name);
    if (!isThere(next)) {
      mkdirSync(next, 0o755);
      lchownSync(next, owner.uid, owner.gid);
    }
    way = insideOf(root, next, path);
  }
  return way;
}

/** Makes an empty file below a sandbox, unless something is there: a file is mounted on one. Returns its path. */
export function makeFileInside(sandbox: string, path: string): string {
  const folder = makeFolderInside(sandbox, dirname(normalize(path)));
  const file = join(folder, partsOf(path).at(-1) ?? '');
  if (isThere(file)) return insideOf(realpathSync(sandbox), file, path);
  closeSync(openSync(file, 'wx', 0o644));
  const owner = statSync(sandbox);
  lchownSync(file, owner.uid, owner.gid);
  return file;
}

/** The parts of a relative path. Throws when it leads out. */
function partsOf(path: string): readonly string[] {
  const parts = normalize(path)
    .split(sep)
    .filter((part) => part !== '' && part !== '.');
  if (parts[0] === '..') throw new Error(`Path '${path}' is outside of the sandbox`);
  return parts;
}

function insideOf(root: string, path: string, shown: string): string {
  const real = realpathSync(path);
  if (real !== root && !real.startsWith(`${root}${sep}`))
    throw new Error(`Path '${shown}' is outside of the sandbox`);
  return real;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
