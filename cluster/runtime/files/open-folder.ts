/**
 * Work in folders where another user may swap what is there for a link at any moment: each is opened without following a
 * link, and what it has is reached through the open folder.
 */

import { closeSync, constants, mkdirSync, openSync } from 'node:fs';

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Opens a folder for the call. Throws for a link. The way to the folder must be ours, or be that of an open one. */
export function withFolder(path: string, use: (folder: number) => void): void {
  const folder = openSync(path, FOLDER);
  try {
    use(folder);
  } finally {
    closeSync(folder);
  }
}

/** The path of a file in an open folder, wherever that is by now. */
export function pathIn(folder: number, name: string): string {
  return `/proc/self/fd/${folder}/${name}`;
}

/** Opens the folder at the end of a way below another one for the call. Throws for a link on the way. */
export function withFolderBelow(path: string, way: readonly string[], use: (folder: number) => void): void {
  const [name, ...rest] = way;
  withFolder(path, (folder) =>
    name === undefined ? use(folder) : withFolderBelow(pathIn(folder, name), rest, use),
  );
}

/** Makes a folder in an open one, unless there is something of its name, and opens it for the call. */
export function withFolderIn(
  folder: number,
  { name, mode }: { readonly name: string; readonly mode: number },
  use: (folder: number) => void,
): void {
  const path = pathIn(folder, name);
  ignoreExisting(() => mkdirSync(path, { mode }));
  withFolder(path, use);
}

export function ignoreExisting(make: () => void): void {
  try {
    make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
