/**
 * The end of a file that a user may have put something else in the place of, such as one in a sandbox.
 *
 * Always true: no link is followed, nothing but a file is read, and no more of it than asked for.
 */

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/** The last bytes as text; empty for a hard link and for what is no file. Throws when it cannot be opened. */
export function readFileEnd(path: string, bytesMax: number): string {
  const file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.nlink !== 1) return '';
    const bytes = Buffer.alloc(Math.min(stats.size, bytesMax));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, stats.size - bytes.length)).toString();
  } finally {
    closeSync(file);
  }
}
