/**
 * The built program as a user runs it: `bin/meseta` in a process of its own.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { expectNothingLeft } from '../leftovers';
import { eventually } from './eventually';

const BIN = join(__dirname, '..', '..', 'bin', 'meseta');

export interface Finished {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** A command that runs to its end. */
export function meseta(args: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
  const child = start(args, env);
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, out, err })));
}

/** The ids of another user, when the tests are root's. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

export function start(
  args: readonly string[],
  env: Record<string, string> = {},
  user: RunAs | undefined = undefined,
): ChildProcess {
  return spawn(process.execPath, [BIN, ...args], {
    ...user,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** `meseta up` on free ports, until it is stopped. */
export class Up {
  private out = '';
  private err = '';
  private ended: Promise<number | null>;

  private constructor(
    private readonly workDir: string,
    private readonly child: ChildProcess,
  ) {
    child.stdout?.on('data', (chunk: Buffer) => {
      this.out += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.err += chunk.toString();
    });
    this.ended = new Promise((resolve) => child.once('close', resolve));
  }

  /** `run` starts the command; ours by default. */
  static async start(workDir: string, args: readonly string[] = [], run = start): Promise<Up> {
    const up = new Up(workDir, run(['up', '--free-ports', `--work-dir=${workDir}`, ...args]));
    await eventually('meseta up', () => /Up in [\d.]+ s/.test(up.out) || up.child.exitCode !== null);
    if (up.child.exitCode !== null) throw new Error(`meseta up ended: ${up.err}`);
    return up;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** What it said on standard error so far. */
  get errors(): string {
    return this.err;
  }

  /** Where the n-th line of a part says it listens. */
  place(part: string, which = 0): string {
    const lines = this.out.split('\n').filter((line) => line.startsWith(part));
    return lines[which]?.slice(part.length).trim().split(/\s+/)[0] ?? '';
  }

  /** Ends it. Nothing that it started may be left then, unless it was killed. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    this.child.kill(signal);
    const status = await this.ended;
    if (signal !== 'SIGKILL') await expectNothingLeft({ root: this.workDir });
    return status;
  }
}
