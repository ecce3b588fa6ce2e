/**
 * Finds processes of this machine by their environment or their cgroup, such as children of an earlier run.
 *
 * It needs /proc; elsewhere nothing is found.
 */

import { readdirSync, readFileSync } from 'node:fs';

/** Pids of processes whose environment has a variable of this name with a value the test accepts. */
export function findProcesses(variable: string, accepts: (value: string) => boolean): number[] {
  return numericFolders().filter((pid) => {
    if (pid === process.pid) return false;
    const value = environmentOf(pid).find((entry) => entry.startsWith(`${variable}=`));
    return value !== undefined && accepts(value.slice(variable.length + 1));
  });
}

/** All processes that have this variable in their environment, by its value. */
export function groupProcesses(variable: string): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const pid of numericFolders()) {
    const entry = environmentOf(pid).find((pair) => pair.startsWith(`${variable}=`));
    if (entry === undefined) continue;
    const value = entry.slice(variable.length + 1);
    groups.set(value, [...(groups.get(value) ?? []), pid]);
  }
  return groups;
}

/** Pids of processes in a cgroup, by its path in any hierarchy, and in those below it (cgroups(7), /proc/PID/cgroup). */
export function cgroupMembers(cgroup: string): number[] {
  const isIn = (line: string): boolean => {
    const path = line.split(':').slice(2).join(':');
    // An agent in a container may not see the way to the root of its own cgroups.
    return path.endsWith(cgroup) || path.includes(`${cgroup}/`);
  };
  return numericFolders().filter((pid) => pid !== process.pid && cgroupsOf(pid).some(isIn));
}

function cgroupsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  } catch {
    return [];
  }
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

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    return [];
  }
}

/**
 * The time a process was started, in ticks since boot; undefined when it has ended, though its parent may not have heard
 * (proc(5), /proc/PID/stat).
 */
export function startTime(pid: number): number | undefined {
  const text = statOf(pid);
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields === undefined || fields[0] === 'Z' ? undefined : Number(fields[19]);
}

/** True while a process waits for an event, and neither for a processor nor for a disk; false for one that was stopped. */
export function isAsleep(pid: number): boolean {
  const text = statOf(pid);
  return text?.slice(text.lastIndexOf(')') + 2).startsWith('S') === true;
}

function statOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
}

/** Sends a signal to each pid (a negative one is a group); pids that are gone already are ignored. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Kills processes until the search finds none, since they may fork meanwhile. */
export async function killFound(find: () => number[], rounds = 20): Promise<number> {
  let killed = 0;
  for (let round = 0; round < rounds; round++) {
    const pids = find();
    if (pids.length === 0) return killed;
    killed += round === 0 ? pids.length : 0;
    signalAll(pids, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return killed;
}
