/**
 * HAProxy processes of this machine, by /proc: whose they are, and ending them.
 *
 * Always true: a process counts only when its program is a haproxy, its arguments name our configuration, and it (or the
 * master it is a worker of) runs as our user; what others wrote into their own arguments does not make one.
 */

import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startedAt, statFields } from '../../cluster/runtime/process-start';

/** Whether processes that are no children of ours can be found, and so adopted, on this system. */
export function canFindProcesses(): boolean {
  return existsSync('/proc/self/stat');
}

/** How often a process that is no child of ours is looked at. */
export const WATCH_MS = 100;

/** A process by its id and when it began; undefined when that could not be seen, as after its end. */
interface WatchedProcess {
  readonly pid: number;
  readonly since: string | undefined;
}

/**
 * Calls `ended` once the process is gone; another process that has its id by then is not taken for it. Returns how to
 * watch no longer.
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

/** The process that started this one (or took it over); undefined when there is none. */
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

/** Ids of living haproxy processes (master and workers) that were started with this configuration file. */
export function haproxyProcesses(config: string): number[] {
  return numericFolders().filter((pid) => isHaproxyOf(pid, config));
}

/** Masters among them: those that are no worker of another. */
export function haproxyMasters(config: string): number[] {
  const pids = haproxyProcesses(config);
  return pids.filter((pid) => !pids.includes(parentOf(pid) ?? 0));
}

/** Whether this process is a haproxy of ours with this configuration file. */
export function isHaproxyOf(pid: number, config: string): boolean {
  if (!namesConfig(pid, config)) return false;
  const parent = parentOf(pid);
  return isOurs(pid) || (parent !== undefined && isOurs(parent) && namesConfig(parent, config));
}

/** Masters of ours with other configurations than this one, and theirs. */
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

/** Name of a process's program. A program with capabilities of its own hides its path even from its own user. */
function programOf(pid: number): string {
  try {
    // An upgrade of the package leaves "/usr/sbin/haproxy (deleted)".
    return basename(readlinkSync(`/proc/${pid}/exe`));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  }
}

/** Whether a process runs as our user, whatever else it may do. */
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
    // It is gone already, which is what was wanted.
  }
}

/** Ends all haproxy processes of a configuration: asks first, then kills. Returns how many there were. */
export async function endHaproxies(config: string, patienceMs: number): Promise<number> {
  return await endAll(() => haproxyProcesses(config), patienceMs);
}

/** Ends the processes a search finds until it finds none. Returns how many there were. */
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
