/**
 * A program under a holder: a small process that outlives ours, keeps the exit status, and leaves no process behind.
 *
 * In: a plan, and a working folder of the holder alone. Out: the pid, and the exit status, also of a program that a
 * former run of this process has started (`adopt`).
 * Always true: the program gets the environment of the plan and nothing of ours; the holder gets none of it.
 */

import { spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants as osConstants } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { getSystemErrorName } from 'node:util';
import { builtProgram } from '../built-program';
import { startTime } from '../processes';

/** The size of a terminal in characters. */
export interface WindowSize {
  readonly rows: number;
  readonly columns: number;
}

/** The program to start. */
export interface ProgramPlan {
  /** Looked up in the PATH of `environment` unless it has a slash. */
  readonly file: string;
  /** All arguments, the name of the program first. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly user?:
    | { readonly uid: number; readonly gid: number; readonly groups: readonly number[] }
    | undefined;
  readonly umask: number;
  /** Open files for its output. */
  readonly stdout: number;
  readonly stderr: number;
  /**
   * Makes the file a starter, such as an OCI runtime: it makes the program, writes its pid to this file, and ends with 0.
   */
  readonly pidFile?: string | undefined;
  /**
   * The file that the starter's process executes, which is a holder with `--init` (see init/init.c). The starter gets
   * a pipe as its descriptor 3, which that process is to have. A paused init is made, and runs later.
   */
  readonly init?: { readonly file: string; readonly isPaused: boolean } | undefined;
  /** A terminal for its input and output, which is then copied to `stdout`. Its size may be 0 by 0: that of no window. */
  readonly terminal?: WindowSize | undefined;
  /**
   * Others may attach to its input and output (see program-io.ts). `wait` holds the output until somebody does; with a
   * terminal `attach` is always on.
   */
  readonly io?: 'attach' | 'wait' | undefined;
  /** A folder where the starter alone sees the root of the file system again. Only root may. */
  readonly root?: string | undefined;
  /** File systems of images that the starter alone has mounted, with all that it makes. Only root may. */
  readonly mounts?: readonly ImageMount[] | undefined;
}

/** A file system of an image. No device in it can be opened. */
export interface ImageMount {
  /** The folder that it is mounted at. */
  readonly folder: string;
  /** An overlay of layers; a folder without one is mounted on itself. */
  readonly overlay?:
    | {
        /** The folder that the options name the layers relative to. */
        readonly layers: string;
        /** As mount(8) takes them. */
        readonly options: string;
      }
    | undefined;
}

/** A starter that ended without a program; the reason is in its own words, wherever it writes them. */
export class StarterRefused extends Error {
  constructor(file: string, status: number) {
    super(`${file} ended with status ${status}`);
  }
}

/** The end of a program: its exit code or the signal that ended it; `lost` when its holder was killed. */
export type ProgramEnd =
  | { readonly code: number }
  | { readonly signal: NodeJS.Signals }
  | { readonly lost: true };

/** The holder forwards the signal N when it gets this and N (see signals.h). */
const FORWARD = 34;
const SIGNAL_MAX = 30;
/** Time between two looks at a holder whose pipe is gone. */
const POLL_MS = 200;

/** The holder's path; undefined where it was not built. */
export function holderProgram(): string | undefined {
  return builtProgram('holder/holder');
}

export class HeldProgram {
  /** The pid of the holder; 0 once it has ended, since the pid may be another process's then. */
  private holder: number;
  readonly ended: Promise<ProgramEnd>;

  private constructor(
    /** The pid of the program, which leads its own session and process group. */
    readonly pid: number,
    holder: number,
    ended: Promise<ProgramEnd>,
  ) {
    this.holder = holder;
    this.ended = ended.finally(() => {
      this.holder = 0;
    });
  }

  /** Starts a program. Rejects with an error that has a `code` such as ENOENT when it cannot be executed. */
  static async start(holder: string, folder: string, plan: ProgramPlan): Promise<HeldProgram> {
    const text = printPlan(plan);
    const child = spawn(holder, [folder], {
      cwd: '/',
      env: {},
      detached: true,
      stdio: ['ignore', plan.stdout, plan.stderr, 'pipe', 'pipe'],
    });
    const spawned = new Promise<never>((_resolve, reject) => child.once('error', reject));
    const { pid } = child;
    // Without a process there may be no pipes, either.
    if (pid === undefined) return await spawned;
    const [, , , input, output] = child.stdio as unknown as [null, null, null, Writable, Readable];
    const lines = createInterface(output)[Symbol.asyncIterator]();
    input.on('error', () => undefined);
    input.end(text);
    const [word, value] = await Promise.race([nextReport(lines), spawned]);
    if (word === 'started') return new HeldProgram(Number(value), pid, reportedEnd(lines));
    if (word === 'refused') throw new StarterRefused(plan.file, Number(value));
    throw startError(plan.init?.file ?? plan.file, word === 'failed' ? Number(value) : undefined);
  }

  /**
   * The program that the holder of this folder has; undefined when none was ever started in it. Its pid is 0 when its
   * holder has not started it yet, or could not.
   */
  static adopt(folder: string): HeldProgram | undefined {
    const text = readText(join(folder, 'processes'));
    if (text === undefined) return undefined;
    const [holder = 0, startedAt = 0, pid = 0] = text.trim().split(' ').map(Number);
    const isAlive = (): boolean => startTime(holder) === startedAt;
    return new HeldProgram(pid, isAlive() ? holder : 0, adoptedEnd(folder, isAlive));
  }

  /** Sends a signal to all processes of the program. */
  signal(name: NodeJS.Signals): void {
    const number = osConstants.signals[name];
    if (number > SIGNAL_MAX) throw new Error(`${name} cannot be sent to a program under a holder`);
    this.tell(FORWARD + number);
  }

  /** The pids of all its processes, children of the holder at last; none once the holder has ended. */
  processes(): number[] {
    return this.holder === 0 ? [] : descendants(this.holder);
  }

  /** True as long as its holder lives, or seemed to live when it was adopted. */
  get isHeld(): boolean {
    return this.holder !== 0;
  }

  /** Asks all processes of the program to end. */
  terminate(): void {
    this.tell('SIGTERM');
  }

  /** Kills all processes of the program. */
  kill(): void {
    this.tell('SIGUSR1');
  }

  private tell(signal: NodeJS.Signals | number): void {
    if (this.holder === 0) return;
    try {
      process.kill(this.holder, signal);
      // A task of the holder's user may have stopped it, and then it would never hear of the signal.
      process.kill(this.holder, 'SIGCONT');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

async function nextReport(lines: AsyncIterator<string>): Promise<[word: string, value: string]> {
  const { value, done } = await lines.next();
  const [word = '', rest = ''] = done ? [] : value.split(' ');
  return [word, rest];
}

async function reportedEnd(lines: AsyncIterator<string>): Promise<ProgramEnd> {
  const [word, value] = await nextReport(lines);
  return readEnd(word, value);
}

function readEnd(word: string, value: string): ProgramEnd {
  if (word === 'exited') return { code: Number(value) };
  if (word === 'signaled') return { signal: signalName(Number(value)) };
  return { lost: true };
}

function signalName(number: number): NodeJS.Signals {
  const names = Object.entries(osConstants.signals) as [NodeJS.Signals, number][];
  return names.find(([, candidate]) => candidate === number)?.[0] ?? 'SIGKILL';
}

function startError(file: string, errno: number | undefined): Error {
  if (errno === undefined) return new Error(`the holder of ${file} ended before it had started it`);
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`spawn ${file} ${code}`), { code });
}

/** The plan as the holder reads it: see plan.c. */
function printPlan(plan: ProgramPlan): Buffer {
  const { user, umask, directory, file } = plan;
  const environment = Object.entries(plan.environment).map(([name, value]) => `${name}=${value}`);
  const mounts = (plan.mounts ?? []).flatMap(({ folder, overlay }) => [
    folder,
    overlay?.layers ?? '',
    overlay?.options ?? '',
  ]);
  const texts = [
    String(user?.uid ?? -1),
    String(user?.gid ?? -1),
    umask.toString(8),
    (user?.groups ?? []).join(','),
    directory,
    plan.pidFile ?? '',
    plan.init?.file ?? '',
    plan.init?.isPaused ? 'paused' : '',
    plan.terminal ? `${plan.terminal.rows} ${plan.terminal.columns}` : '',
    plan.io ?? (plan.terminal ? 'attach' : ''),
    plan.root ?? '',
    String(mounts.length),
    ...mounts,
    file,
    String(plan.arguments.length),
    ...plan.arguments,
    String(environment.length),
    ...environment,
  ];
  const wrong = texts.find((text) => text.includes('\0'));
  if (wrong !== undefined)
    throw new Error(`a zero byte in ${JSON.stringify(wrong.slice(0, 100))} of a program's start`);
  return Buffer.from(texts.map((text) => `${text}\0`).join(''));
}

/** All processes below one, by the lists that the kernel keeps of children. */
export function descendants(pid: number): number[] {
  const children = threadsOf(pid).flatMap((thread) =>
    (readText(`/proc/${pid}/task/${thread}/children`) ?? '').split(' ').filter(Boolean).map(Number),
  );
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** The end of an adopted program, which its holder has written before its own. */
async function adoptedEnd(folder: string, isAlive: () => boolean): Promise<ProgramEnd> {
  await holderEnd(join(folder, 'alive'), isAlive);
  const [word = '', value = ''] = (readText(join(folder, 'status')) ?? '').trim().split(' ');
  return readEnd(word, value);
}

/** The pipe `alive` ends with its holder, so that nobody has to look again and again. */
function holderEnd(path: string, isAlive: () => boolean): Promise<void> {
  if (!isAlive()) return Promise.resolve();
  // Somebody may have cleaned the folder up.
  if (!existsSync(path)) return pollEnd(isAlive);
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  // A pipe that nobody has had open for writing since does not tell its end: a holder closes it some time before it is gone.
  if (isAtEnd(file)) {
    closeSync(file);
    return Promise.resolve();
  }
  return new Promise((resolve, reject) => {
    const pipe = new Socket({ fd: file, readable: true, writable: false });
    pipe.once('error', reject);
    pipe.once('close', () => resolve());
    pipe.resume();
  });
}

async function pollEnd(isAlive: () => boolean): Promise<void> {
  while (isAlive()) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

/** True for a pipe that nobody has open for writing. */
function isAtEnd(file: number): boolean {
  try {
    return readSync(file, Buffer.alloc(1)) === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false;
    throw error;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // A process may end between the open and the read of its files.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
