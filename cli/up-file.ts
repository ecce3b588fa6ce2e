/**
 * The file in the work folder of `meseta up` that names its process, so that `meseta down` finds it.
 *
 * Always true: only the process of the file is signalled. After a reboot or a kill the file stays, and its id may be
 * that of another process: the start time and the boot id tell them apart.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isAlive, type ProcessEntry, printProcess, readProcess } from '../cluster/runtime/process-start';

const fileIn = (workDir: string): string => join(workDir, 'up.pid');

/** The process of the file; `running` is false when it has ended without removing the file. */
export interface UpProcess {
  readonly pid: number;
  readonly running: boolean;
  /** True until the process ends. */
  readonly isRunning: () => boolean;
}

/** Names this process as the one that runs the cluster of the folder; the returned function takes the name back. */
export function writeUpFile(workDir: string): () => void {
  const text = printProcess(process.pid);
  writeFileSync(fileIn(workDir), text, { mode: 0o600 });
  return () => {
    if (readText(workDir) === text) rmSync(fileIn(workDir), { force: true });
  };
}

/** The process that the file of the folder names; undefined when there is no file, or no process in it. */
export function readUpFile(workDir: string): UpProcess | undefined {
  const entry = readProcess(readText(workDir));
  if (entry === undefined) return undefined;
  const isRunning = (): boolean => isUp(entry);
  return { pid: entry.pid, running: isRunning(), isRunning };
}

function readText(workDir: string): string {
  try {
    return readFileSync(fileIn(workDir), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** True while the process runs. An earlier version wrote the id alone; its process is known by its command line. */
function isUp(entry: ProcessEntry): boolean {
  return entry.start === '' ? isUpCommand(commandLine(entry.pid)) : isAlive(entry);
}

/** True for the words of `node [OPTIONS] .../meseta up` and `demo`. */
export function isUpCommand([program = '', ...words]: readonly string[]): boolean {
  const script = words.findIndex((word) => !word.startsWith('-'));
  if (!/^node(js)?$/.test(basename(program)) || script < 0) return false;
  return basename(words[script] ?? '') === 'meseta' && ['up', 'demo'].includes(words[script + 1] ?? '');
}

/** The words a process was started with; none when it has ended. */
function commandLine(pid: number): string[] {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const args = ['-o', 'args=', '-p', String(pid)];
    return execFileSync('ps', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .trim()
      .split(/\s+/);
  } catch {
    return [];
  }
}
