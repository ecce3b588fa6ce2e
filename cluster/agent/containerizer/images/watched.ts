/**
 * Work of tools in a folder, under watch: it ends when the folder grows beyond a bound, or when nothing comes for too long.
 */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const PERIOD_MS = 500;
const ERROR_MAX = 500;
/** Time that `du` has: one that hangs must not end the watch. */
const DU_MS = 5 * 60_000;

export interface FolderBounds {
  readonly bytesMax: number;
  readonly entriesMax: number;
  /** Time in which the folder has to grow; undefined where it need not. */
  readonly stallMs?: number | undefined;
}

interface FolderSize {
  readonly bytes: number;
  readonly entries: number;
}

/** Does the work with a signal that ends it, when the outer one does or when a bound is passed. Rejects with the reason. */
export async function watched<T>(
  folder: string,
  bounds: FolderBounds,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const signal = AbortSignal.any([outer, late.signal]);
  const watch = watchFolder(folder, bounds, late);
  try {
    return await work(signal);
  } catch (error) {
    // The tool says that it was killed; who killed it knows why.
    throw signal.aborted ? signal.reason : error;
  } finally {
    watch.stop();
  }
}

function watchFolder(folder: string, bounds: FolderBounds, late: AbortController): { stop: () => void } {
  let isStopped = false;
  let size = -1;
  let grownAt = Date.now();
  const look = async (): Promise<void> => {
    const measured = await sizeOf(folder).catch((error: Error) => error);
    if (isStopped) return;
    if (measured instanceof Error) return late.abort(measured);
    if (measured.bytes !== size) grownAt = Date.now();
    size = measured.bytes;
    const reason = excess(measured, bounds) ?? stall(Date.now() - grownAt, bounds);
    if (reason !== undefined) return late.abort(new Error(reason));
    timer = setTimeout(() => void look(), PERIOD_MS);
  };
  let timer = setTimeout(() => void look(), PERIOD_MS);
  return {
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** The reason why a folder is too large. */
export function excess({ bytes, entries }: FolderSize, bounds: FolderBounds): string | undefined {
  if (bytes > bounds.bytesMax)
    return `the image is larger than --image_max_size allows (${bounds.bytesMax} bytes)`;
  return entries > bounds.entriesMax ? `the image has more than ${bounds.entriesMax} files` : undefined;
}

function stall(ms: number, { stallMs }: FolderBounds): string | undefined {
  return stallMs !== undefined && ms > stallMs
    ? `nothing came from the registry for ${Math.round(stallMs / 1000)} s`
    : undefined;
}

/** The size of a folder on disk. Rejects when it cannot be measured: a bound that nobody checks is none. */
export async function sizeOf(folder: string): Promise<FolderSize> {
  return { bytes: await measure(folder, '-B1'), entries: await measure(folder, '--inodes') };
}

interface DuFailure extends Error {
  readonly stdout?: string;
  readonly stderr?: string;
}

async function measure(folder: string, unit: string): Promise<number> {
  const options = { timeout: DU_MS, killSignal: 'SIGKILL', env: { ...process.env, LC_ALL: 'C' } } as const;
  try {
    const { stdout } = await promisify(execFile)('du', ['-s', '-x', unit, '--', folder], options);
    return Number.parseInt(stdout, 10);
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as DuFailure;
    const size = readSize(stdout, stderr);
    if (!Number.isNaN(size)) return size;
    throw new Error(
      `the size of ${folder} cannot be measured: ${stderr.trim().slice(0, ERROR_MAX) || message}`,
    );
  }
}

/** Complaints of `du` about files that go while it looks. */
const VANISHED = /: (No such file or directory|Not a directory|Stale file handle)$/;

/** The size that `du` has printed; NaN without one, and for one that lacks more than files that are gone. */
export function readSize(stdout: string, stderr: string): number {
  const complaints = stderr.split('\n').filter(Boolean);
  if (!complaints.every((line) => VANISHED.test(line))) return Number.NaN;
  return Number(/^\d+/.exec(stdout)?.[0] ?? Number.NaN);
}
