/**
 * Runs plugins and programs of the system for networks.
 *
 * Always true: the programs for one container run one after the other, also when the agent that started one was killed: each
 * runs under a lock of the container, by flock of util-linux, and a DEL waits for an ADD that nobody waits for any more.
 */

import { spawn } from 'node:child_process';
import { errorText } from '../../../model/error-text';

/** The most time a program has: one that hangs fails the launch. */
export const PROGRAM_TIMEOUT_MS = 60_000;
/** The most output that is kept of a program. */
const OUTPUT_MAX = 1024 * 1024;
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface Program {
  readonly file: string;
  readonly arguments: readonly string[];
  /** The whole environment; PATH alone without it. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly input?: string | undefined;
  /** Ends it, with all of its processes, instead of the time that others have. */
  readonly signal?: AbortSignal | undefined;
}

export interface ProgramEnd {
  /** True for exit status 0. */
  readonly succeeded: boolean;
  /** The end in words. */
  readonly status: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Rejects when it cannot be started. */
export type RunProgram = (program: Program) => Promise<ProgramEnd>;

/** The PATH for programs. */
export function searchPath(): string {
  return process.env['PATH'] ?? DEFAULT_PATH;
}

/** The same program under the lock of a container, which its children keep. */
export function locked(lockFile: string, program: Program): Program {
  return { ...program, file: 'flock', arguments: [lockFile, program.file, ...program.arguments] };
}

export const runProgram: RunProgram = (program) =>
  new Promise((resolve, reject) => {
    const child = spawn(program.file, program.arguments, {
      env: program.environment ?? { PATH: searchPath() },
      stdio: ['pipe', 'pipe', 'pipe'],
      // The leader of a group, which is killed as one.
      detached: true,
    });
    const output = { stdout: '', stderr: '' };
    let isLate = false;
    const { signal = AbortSignal.timeout(PROGRAM_TIMEOUT_MS) } = program;
    const kill = (): void => {
      isLate = true;
      killGroup(child.pid);
      // Those that have left the group may have its output open for ever.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    signal.addEventListener('abort', kill, { once: true });
    if (signal.aborted) kill();
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        output[name] = (output[name] + chunk).slice(0, OUTPUT_MAX);
      });
    // A plugin may end without reading its input.
    child.stdin.on('error', () => undefined).end(program.input ?? '');
    child.once('error', (error) => {
      signal.removeEventListener('abort', kill);
      reject(new Error(`Failed to execute '${program.file}': ${errorText(error)}`));
    });
    child.once('close', (code, endSignal) => {
      signal.removeEventListener('abort', kill);
      const status = isLate
        ? `it did not end in ${PROGRAM_TIMEOUT_MS / 1000} s`
        : statusText(code, endSignal);
      resolve({ succeeded: code === 0, status, ...output });
    });
  });

function statusText(code: number | null, signal: string | null): string {
  return code === null ? `it was ended by ${signal}` : `exit status ${code}`;
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
