/**
 * The file in the work folder of `meseta up` that names its process, so that `meseta down` finds it.
 *
 * Always true: a process is taken for the one of the file only when it still runs `meseta`, so that a number that
 * the system gave to another process is left alone.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const fileIn = (workDir: string): string => join(workDir, 'up.pid');

/** Names this process as the one that runs the cluster of the folder; the returned function takes the name back. */
export function writeUpFile(workDir: string): () => void {
  writeFileSync(fileIn(workDir), `${process.pid}\n`, { mode: 0o600 });
  return () => rmSync(fileIn(workDir), { force: true });
}

/** The process that runs the cluster of the folder; undefined when none does. */
export function readUpFile(workDir: string): number | undefined {
  try {
    const pid = Number(readFileSync(fileIn(workDir), 'utf8'));
    return Number.isSafeInteger(pid) && pid > 1 && isMeseta(pid) ? pid : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** False for a process that has ended, too. */
export function isMeseta(pid: number): boolean {
  try {
    const line =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        : execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
    return /\bmeseta\b/.test(line);
  } catch {
    return false;
  }
}
