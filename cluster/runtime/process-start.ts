/**
 * Entries of processes in files: pid, start time and boot id, so that a reused pid is not mistaken for the
 * process.
 *
 * Always true: an entry of an earlier version, without the boot id, is compared by what it has.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** A process as an entry names it. */
export interface ProcessEntry {
  readonly pid: number;
  /** Empty when the entry does not have it. */
  readonly start: string;
  /** Id of the boot that `start` counts from; empty when the entry does not have it. */
  readonly boot: string;
}

/**
 * The time a process began, as one word; undefined when it does not live. With /proc it is in ticks since
 * boot, elsewhere the date that `ps` prints.
 */
export function startedAt(pid: number): string | undefined {
  if (!existsSync('/proc/self/stat')) return startByPs(pid);
  const fields = statFields(pid);
  return fields === undefined || fields[0] === 'Z' ? undefined : fields[19];
}

/** The fields of /proc/PID/stat behind the name in brackets; the first is the state. */
export function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function startByPs(pid: number): string | undefined {
  try {
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    const args = ['-o', 'lstart=', '-p', String(pid)];
    const text = execFileSync('ps', args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] });
    return text.trim().replace(/\s+/g, '_') || undefined;
  } catch {
    return undefined;
  }
}

/** The id of the running boot; empty on a system that has none, where starts are dates. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** The entry of a process: id, start and boot in one line. `start` is empty after its end. */
export function printProcess(pid: number, start = startedAt(pid)): string {
  return `${`${pid} ${start ?? ''} ${bootId()}`.trimEnd()}\n`;
}

/** Reads an entry; undefined when the text is not one. */
export function readProcess(text: string): ProcessEntry | undefined {
  const [word = '', start = '', boot = ''] = text.trim().split(' ');
  const pid = /^\d+$/.test(word) ? Number(word) : 0;
  return Number.isSafeInteger(pid) && pid > 0 ? { pid, start, boot } : undefined;
}

/** True while the process of the entry lives. An entry without a start names none. */
export function isAlive(
  { pid, start, boot }: ProcessEntry,
  system: { startedAt: (pid: number) => string | undefined; bootId: () => string } = { startedAt, bootId },
): boolean {
  if (start === '' || system.startedAt(pid) !== start) return false;
  const current = system.bootId();
  return boot === '' || current === '' || boot === current;
}
