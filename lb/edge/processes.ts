/**
 * Processes of this machine, by /proc: who they are, and ending them.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** When a process began, in ticks since boot; undefined when there is no such (living) process. */
export function startedAt(pid: number): string | undefined {
  const fields = statFields(pid);
  return fields === undefined || fields[0] === 'Z' ? undefined : fields[19];
}

/** The fields of /proc/PID/stat behind the name in brackets; the first is the state. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** Ids of living haproxy processes (master and workers) that were started with this configuration file. */
export function haproxyProcesses(config: string): number[] {
  let names: string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return names.map(Number).filter((pid) => isHaproxyOf(pid, config));
}

/** Whether this process is a haproxy with this configuration file. */
export function isHaproxyOf(pid: number, config: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words.includes('-W') && words.includes('-f') && words.includes(config);
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
  const first = haproxyProcesses(config);
  for (const pid of first) signal(pid, 'SIGTERM');
  const deadline = performance.now() + patienceMs;
  for (let left = first; left.length > 0; left = haproxyProcesses(config)) {
    if (performance.now() > deadline) for (const pid of left) signal(pid, 'SIGKILL');
    if (performance.now() > deadline + 2000) break;
    await sleep(10);
  }
  return first.length;
}
