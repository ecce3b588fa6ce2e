/**
 * Output of a program that is kept in files of bounded size by a small process, which outlives ours.
 *
 * In: the folder, its user, and the bounds. Out: two open files for the program to write to.
 * Always true: the writer ends with the last process that has one of these open; it needs nobody else.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { present } from '../../model/assert';
import type { LogBound } from '../../model/log-bound';
import { builtProgram } from '../built-program';
import { groupProcesses, isAsleep, startTime } from '../processes';

/** Time that somebody else may still hold the output open. */
const HELD_MS = 1000;
/** Time that a disk may keep a writer waiting. */
const BUSY_MS = 60_000;
const LOOK_MS = 20;
/** The variable of a writer by which it is found again: the folder of its files. */
export const WRITER_FOLDER = 'MESETA_OUTPUT_FOLDER';

export interface OutputPlan {
  /** The folder of `stdout` and `stderr`. */
  readonly directory: string;
  /** The owner of the files; ours when undefined. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
  readonly stdout: LogBound;
  readonly stderr: LogBound;
}

/** The writer's path; undefined where it was not built. */
export function outputWriter(): string | undefined {
  return builtProgram('output/writer');
}

export class BoundedOutput {
  private constructor(
    /** The open files for a program; `close` them when it has them. */
    readonly stdout: number,
    readonly stderr: number,
    /** The pid of the writer. */
    readonly writer: number,
    /** All that was written is in the files, and nobody writes any more. */
    readonly ended: Promise<void>,
  ) {}

  /** Starts a writer. Rejects when it cannot be started or cannot make its files. */
  static async start(
    writer: string,
    { directory, user, stdout, stderr }: OutputPlan,
  ): Promise<BoundedOutput> {
    const numbers = [user?.uid ?? -1, user?.gid ?? -1, ...boundArguments(stdout), ...boundArguments(stderr)];
    const child = spawn(writer, [directory, ...numbers.map(String)], {
      cwd: '/',
      env: { [WRITER_FOLDER]: directory },
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    child.unref();
    const control = child.stdio[3] as Duplex;
    try {
      const [first, second] = await openedFiles(child, control);
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      return new BoundedOutput(first, second, present(child.pid, 'a writer has a pid'), ended);
    } finally {
      control.destroy();
      child.stderr?.destroy();
    }
  }

  close(): void {
    closeSync(this.stdout);
    closeSync(this.stderr);
  }

  /** Resolves when all that was written is in the files, or somebody else holds the output open. */
  async settle(): Promise<void> {
    let hasEnded = false;
    const ended = this.ended.then(() => {
      hasEnded = true;
    });
    await Promise.race([ended, written(this.writer, () => hasEnded)]);
  }
}

interface Writer {
  readonly pid: number;
  /** By which it is known from a later process with its pid. */
  readonly startedAt: number | undefined;
}

/** The writers that an earlier run has left. One look at all processes serves all of them: there come no more. */
export class EarlierWriters {
  private writers: ReadonlyMap<string, readonly Writer[]> | undefined;

  /** Resolves when all that was written is in the files of a folder, or somebody else holds the output open. */
  async settle(directory: string): Promise<void> {
    this.writers ??= findWriters();
    await Promise.all(
      (this.writers.get(directory) ?? []).map(({ pid, startedAt }) =>
        written(pid, () => startedAt === undefined || startTime(pid) !== startedAt),
      ),
    );
  }
}

function findWriters(): ReadonlyMap<string, readonly Writer[]> {
  const folders = [...groupProcesses(WRITER_FOLDER)];
  return new Map(
    folders.map(([folder, pids]) => [folder, pids.map((pid) => ({ pid, startedAt: startTime(pid) }))]),
  );
}

/** Resolves when a writer has ended, or sleeps since it has nothing to write, and somebody else holds the output open. */
async function written(writer: number, hasEnded: () => boolean): Promise<void> {
  for (let waited = 0; !hasEnded() && waited < BUSY_MS; waited += LOOK_MS) {
    if (waited >= HELD_MS && isAsleep(writer)) return;
    await setTimeout(LOOK_MS);
  }
}

function boundArguments({ maxBytes, olderFiles }: LogBound): number[] {
  return [maxBytes, olderFiles];
}

/** Opens what the writer has made, by the numbers that it tells. */
async function openedFiles(child: ChildProcess, control: Duplex): Promise<[number, number]> {
  const line = await new Promise<string>((resolve, reject) => {
    let error = '';
    child.once('error', reject);
    child.stderr?.on('data', (text) => {
      error += String(text);
    });
    child.once('close', () => reject(new Error(error.trim() || 'the writer of the output ended at once')));
    control.once('data', (text) => resolve(String(text)));
    control.on('error', () => undefined);
  });
  const [first = '', second = ''] = line.trim().split(' ');
  const open = (file: string): number => openSync(`/proc/${child.pid}/fd/${file}`, 'w');
  const stdout = open(first);
  try {
    return [stdout, open(second)];
  } catch (error) {
    closeSync(stdout);
    throw error;
  }
}
