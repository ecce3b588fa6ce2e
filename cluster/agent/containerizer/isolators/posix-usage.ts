/**
 * The isolators `posix/cpu` and `posix/mem`: they limit nothing, and tell what the processes of a container use, from /proc
 * (Mesos 1.11 src/slave/containerizer/mesos/isolators/posix.hpp).
 */

import { readFileSync } from 'node:fs';
import type { Isolator } from './isolator';

/** Unit of the kernel's processor times (USER_HZ, 100 on every Linux we run on). */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

export interface ProcessUse {
  readonly userSeconds: number;
  readonly systemSeconds: number;
  readonly rssBytes: number;
  readonly threads: number;
}

export function posixCpu(): Isolator {
  return {
    name: 'posix/cpu',
    needsRuntime: false,
    async usage(_run, pids) {
      const uses = usesOf(pids);
      return {
        cpus_user_time_secs: sum(uses.map(({ userSeconds }) => userSeconds)),
        cpus_system_time_secs: sum(uses.map(({ systemSeconds }) => systemSeconds)),
        processes: uses.length,
        threads: sum(uses.map(({ threads }) => threads)),
      };
    },
  };
}

export function posixMem(): Isolator {
  return {
    name: 'posix/mem',
    needsRuntime: false,
    usage: async (_run, pids) => ({ mem_rss_bytes: sum(usesOf(pids).map(({ rssBytes }) => rssBytes)) }),
  };
}

function usesOf(pids: readonly number[]): readonly ProcessUse[] {
  return pids.flatMap((pid) => {
    const text = statOf(pid);
    return text === undefined ? [] : [readProcessUse(text)];
  });
}

/** A process that has just ended counts for nothing. */
function statOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
}

/** Reads /proc/PID/stat, see proc(5). The name of the program, in brackets, may have spaces and brackets itself. */
export function readProcessUse(stat: string): ProcessUse {
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const { 11: user = 0, 12: system = 0, 17: threads = 0, 21: pages = 0 } = fields;
  return {
    userSeconds: user / TICKS_PER_SECOND,
    systemSeconds: system / TICKS_PER_SECOND,
    rssBytes: pages * PAGE_BYTES,
    threads,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
