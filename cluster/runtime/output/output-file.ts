/**
 * A file for the output of a program, such as `stdout` in a sandbox.
 *
 * Always true: it belongs to the user of the program, and nobody but its group reads it (0640); a file that is there
 * already, or a link, is refused.
 */

import { constants, fchmodSync, fchownSync, openSync } from 'node:fs';
import type { Identity } from '../identity';

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
/** The user writes and reads it, and the group reads it. */
const OUTPUT = 0o640;

/** Only a file that is made here may change its owner, never one that a link or another task of the user put there. */
export function openOutput(path: string, identity: Identity | undefined): number {
  const file = createOutput(path);
  fchmodSync(file, OUTPUT);
  if (identity) fchownSync(file, identity.uid, identity.gid);
  return file;
}

function createOutput(path: string): number {
  try {
    return openSync(path, O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_NOFOLLOW, OUTPUT);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new Error(`Failed to create '${path}': something else is there, which this task did not make`);
  }
}
