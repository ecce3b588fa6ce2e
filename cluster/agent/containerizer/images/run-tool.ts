/**
 * Runs the tools that pull and unpack images: skopeo, umoci, and programs of the system.
 *
 * Always true: a tool ends with the agent, also after kill -9 of it; it gets nothing of the agent's environment; no file that
 * it writes is larger than the bound, by the kernel.
 */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';

/** The environment of tools: nothing of ours. */
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  // New calls of the kernel take few layers at a time.
  LIBMOUNT_FORCE_MOUNT2: 'always',
};
const OUTPUT_MAX = 8 * 1024 * 1024;
const ERROR_SHOWN_MAX = 500;
const PERIOD_MS = 200;
/** A tool that takes longer is killed: it hangs, or is made to hang. */
const TIMEOUT_MS = 30 * 60_000;
const TOO_LARGE = 'it is larger than it may be';

export interface ToolRun {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** The size of the largest file that it may write. */
  readonly fileMax: number;
  /** Bytes that it may read, such as from a network. */
  readonly inputMax?: number | undefined;
  /** Time after which it is killed; 30 minutes without it. */
  readonly timeoutMs?: number;
  /** Kills it, with all of its processes. */
  readonly signal: AbortSignal;
}

/** The failure of a tool, in its own words. */
class ToolFailed extends Error {}

/** Runs a tool to its end. The output; rejects with the last error that it says, or with the reason of the signal. */
export async function runTool(order: ToolRun): Promise<Buffer> {
  const { file, timeoutMs = TIMEOUT_MS } = order;
  const late = AbortSignal.timeout(timeoutMs);
  try {
    return await runUntil({ ...order, signal: AbortSignal.any([order.signal, late]) });
  } catch (error) {
    if (error !== late.reason) throw error;
    throw new ToolFailed(`${file}: it has not ended within ${timeoutMs / 1000} s, and was killed`);
  }
}

async function runUntil(run: ToolRun): Promise<Buffer> {
  run.signal.throwIfAborted();
  const child = spawn('setpriv', arguments_(run), {
    cwd: run.directory ?? '/',
    env: { ...ENVIRONMENT, ...run.environment },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (): void => killGroup(child.pid);
  const exited = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'no status'));
  });
  run.signal.addEventListener('abort', kill, { once: true });
  const watch = watchInput(child.pid, run.inputMax, kill);
  try {
    const [output, errors, end] = await Promise.all([
      bounded(child.stdout, kill),
      bounded(child.stderr, kill),
      exited,
    ]);
    run.signal.throwIfAborted();
    if (watch.isPassed()) throw new ToolFailed(`${run.file}: ${TOO_LARGE}`);
    if (end !== 0) throw new ToolFailed(`${run.file}: ${lastError(errors.toString(), end)}`);
    return output;
  } finally {
    watch.stop();
    run.signal.removeEventListener('abort', kill);
    kill();
  }
}

function arguments_({ file, args, fileMax }: ToolRun): readonly string[] {
  return ['--pdeathsig', 'KILL', 'prlimit', `--fsize=${fileMax}:${fileMax}`, file, ...args];
}

/** Kills a tool that has read more than it may: one that could not write all of it may read on without an end. */
function watchInput(
  pid: number | undefined,
  inputMax: number | undefined,
  kill: () => void,
): { readonly isPassed: () => boolean; readonly stop: () => void } {
  let isPassed = false;
  const look = (): void => {
    isPassed ||= readBytes(pid) > (inputMax ?? Number.POSITIVE_INFINITY);
    if (isPassed) kill();
  };
  const timer = setInterval(look, PERIOD_MS);
  return { isPassed: () => isPassed, stop: () => clearInterval(timer) };
}

/** The bytes that a process has read (proc(5), /proc/PID/io). */
function readBytes(pid: number | undefined): number {
  try {
    return Number(/^rchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All have ended.
  }
}

/** The output up to a bound; a tool that says more is killed. */
async function bounded(stream: NodeJS.ReadableStream, kill: () => void): Promise<Buffer> {
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > OUTPUT_MAX) kill();
  });
  return await buffer(stream as NodeJS.ReadableStream & AsyncIterable<Buffer>);
}

/** The last line that a tool has said, without its decoration. */
export function lastError(text: string, end: number | string): string {
  if (/SIGXFSZ|file too large|file size limit/i.test(text) || end === 'SIGXFSZ') return TOO_LARGE;
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const line = lines.findLast((candidate) => /level=(fatal|error)|⨯/.test(candidate)) ?? lines.at(-1);
  if (line === undefined) return `it ended with ${end}`;
  const message =
    /msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1]?.replaceAll('\\"', '"') ?? line.replace(/^⨯\s*/, '');
  return message.slice(0, ERROR_SHOWN_MAX);
}
