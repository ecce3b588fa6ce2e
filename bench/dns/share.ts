/**
 * A share of a core for each process that is measured, so that adding processes adds processor time even where the machine
 * has few cores: by the quota of the Linux scheduler, control groups of version 1 or 2.
 */

import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Short, so that questions wait for their answer and are not lost. */
const PERIOD_US = 10_000;
const ROOTS = ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup'];

/**
 * Gives each process a share of a core of its own, from now on. Returns what takes the limits away once the processes have
 * ended; undefined when this system or user cannot limit processes.
 */
export function limitEach(pids: readonly number[], share: number): (() => void) | undefined {
  const root = ROOTS.find((folder) => existsSync(join(folder, 'cgroup.procs')));
  if (root === undefined) return undefined;
  const quota = Math.round(PERIOD_US * share);
  const rows: string[] = [];
  const undo = (): void => {
    for (const folder of rows) rmdirSync(folder);
  };
  try {
    for (const pid of pids) {
      const folder = join(root, `meseta-bench-${process.pid}-${pid}`);
      mkdirSync(folder);
      rows.push(folder);
      if (root.endsWith('cpu')) {
        writeFileSync(join(folder, 'cpu.cfs_period_us'), `${PERIOD_US}`);
        writeFileSync(join(folder, 'cpu.cfs_quota_us'), `${quota}`);
      } else writeFileSync(join(folder, 'cpu.max'), `${quota} ${PERIOD_US}`);
      writeFileSync(join(folder, 'cgroup.procs'), `${pid}`);
    }
    return undo;
  } catch {
    return undefined;
  }
}
