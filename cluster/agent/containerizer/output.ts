/**
 * The files of a container's output, `stdout` and `stderr` in its sandbox.
 *
 * Always true: they belong to the user of the container, and nobody but its group reads them (0640); a file that is
 * there already, or a link, is refused.
 */

import { closeSync, constants, fchmodSync, fchownSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Identity } from '../../runtime/identity';

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
/** The user writes and reads it, and the group reads it. */
const OUTPUT = 0o640;

/** Open files for output. */
export interface Output {
  readonly stdout: number;
  readonly stderr: number;
}

/** Makes the files of a sandbox, calls the function with them, and closes them. */
export function withOutput<T>(
  sandbox: string,
  identity: Identity | undefined,
  use: (output: Output) => Promise<T>,
): Promise<T> {
  return withFiles(
    ['stdout', 'stderr'].map((name) => () => openOutput(join(sandbox, name), identity)),
    use,
  );
}

/** The same with output that is dropped. */
export function withoutOutput<T>(use: (output: Output) => Promise<T>): Promise<T> {
  const open = (): number => openSync('/dev/null', O_WRONLY);
  return withFiles([open, open], use);
}

async function withFiles<T>(
  open: readonly (() => number)[],
  use: (output: Output) => Promise<T>,
): Promise<T> {
  const files: number[] = [];
  try {
    for (const one of open) files.push(one());
    const [stdout = -1, stderr = -1] = files;
    return await use({ stdout, stderr });
  } finally {
    for (const file of files) closeSync(file);
  }
}

/** Only a file that is made here may change its owner, never one that a link or another task of the user put there. */
function openOutput(path: string, identity: Identity | undefined): number {
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
