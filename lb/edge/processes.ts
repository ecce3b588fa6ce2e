/**
 * Finds, watches and ends HAProxy processes of this machine, by way of /proc.
 *
 * Always true: a process is ours only when its program is haproxy, its arguments name our configuration, and it or its
 * master runs as our user; arguments alone do not make a process ours.
 */

import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startedAt, statFields } from '../../cluster/runtime/process-start';

/** True on systems where processes that are no children of ours can be found, and so adopted. */
export function canFindProcesses(): boolean {
  return existsSync('/proc/self/stat');
}

/** Interval of watching a process that is no child of ours. */
export const WATCH_MS = 100;

/** A process by id and start time, which is undefined when it could not be read, as after the process's end. */
interface WatchedProcess {
  readonly pid: number;
  readonly since: string | undefined;
}

/**
 * Calls `ended` once the process is gone, also when another process has its id by then. Returns a function that ends the
 * watch.
 */
export function watchProcess(
  { pid, since }: WatchedProcess,
  ended: () => void,
  look: (pid: number) => string | undefined = startedAt,
): () => void {
  const timer = setInterval(() => {
    const current = look(pid);
    if (current !== undefined && current === since) return;
    clearInterval(timer);
    ended();
  }, WATCH_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** The parent process; undefined when there is none. */
function parentOf(pid: number): number | undefined {
  const parent = Number(statFields(pid)?.[1]);
  return parent > 0 ? parent : undefined;
}

function numericFolders(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** Ids of running haproxy processes (masters and workers) with this configuration file. */
export function haproxyProcesses(config: string): number[] {
  return numericFolders().filter((pid) => isHaproxyOf(pid, config));
}

/** Ids of the masters among them: those whose parent is not one of them. */
export function haproxyMasters(config: string): number[] {
  const pids = haproxyProcesses(config);
  return pids.filter((pid) => !pids.includes(parentOf(pid) ?? 0));
}

/** True when the process is a haproxy of ours with this configuration file. */
export function isHaproxyOf(pid: number, config: string): boolean {
  if (!namesConfig(pid, config)) return false;
  const parent = parentOf(pid);
  return isOurs(pid) || (parent !== undefined && isOurs(parent) && namesConfig(parent, config));
}

/** Masters of our user with other configurations than this one. */
export function otherMasters(config: string): { pid: number; config: string }[] {
  const ours = numericFolders().flatMap((pid) => {
    const other = isOurs(pid) ? configOf(pid) : undefined;
    return other === undefined || other === config ? [] : [{ pid, config: other }];
  });
  return ours.filter(({ pid }) => !ours.some((candidate) => candidate.pid === parentOf(pid)));
}

function namesConfig(pid: number, config: string): boolean {
  return configOf(pid) === config;
}

/** The configuration file of a haproxy in master-worker mode; undefined for any other process. */
function configOf(pid: number): string | undefined {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    if (!words.includes('-W') || !words.includes('-f')) return undefined;
    return /^(haproxy|hapee)/.test(programOf(pid)) ? words[words.indexOf('-f') + 1] : undefined;
  } catch {
    return undefined;
  }
}

/** Name of a process's program. A program with file capabilities hides its path even from its own user. */
function programOf(pid: number): string {
  try {
    // An upgrade of the package leaves "/usr/sbin/haproxy (deleted)".
    return basename(readlinkSync(`/proc/${pid}/exe`));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  }
}

/** True when a process runs as our user, by real and effective user id. */
function isOurs(pid: number): boolean {
  try {
    const [, real, effective] =
      /^Uid:\t(\d+)\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    const ours = process.geteuid?.();
    return Number(real) === ours && Number(effective) === ours;
  } catch {
    return false;
  }
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // The process is gone already.
  }
}

/** Ends all haproxy processes of a configuration by SIGTERM, then SIGKILL. Returns their number. */
export async function endHaproxies(config: string, patienceMs: number): Promise<number> {
  return await endAll(() => haproxyProcesses(config), patienceMs);
}

/** Ends the processes that `search` returns until it returns none. Returns the number at the first search. */
export async function endAll(search: () => number[], patienceMs: number): Promise<number> {
  const first = search();
  for (const pid of first) signal(pid, 'SIGTERM');
  const deadline = performance.now() + patienceMs;
  for (let left = first; left.length > 0; left = search()) {
    if (performance.now() > deadline) for (const pid of left) signal(pid, 'SIGKILL');
    if (performance.now() > deadline + 2000) break;
    await sleep(10);
  }
  return first.length;
}
