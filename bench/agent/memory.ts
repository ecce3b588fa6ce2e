/** Memory of processes, from /proc. */

import { readdirSync, readFileSync } from 'node:fs';

/** Resident bytes of a process; 0 for one that has ended. */
export function memoryOf(pid: number | undefined): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(textOf(`/proc/${pid}/status`))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** Proportional bytes of all holders, runtimes and monitors of containers on this machine, but of no task. */
export function otherProcesses(agent: number | undefined): number {
  let bytes = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === agent) continue;
    if (!/^(holder|conmon|runc)$/.test(textOf(`/proc/${name}/comm`).trim())) continue;
    const kilobytes = /^Pss:\s+(\d+) kB/m.exec(textOf(`/proc/${name}/smaps_rollup`))?.[1];
    bytes += Number(kilobytes ?? 0) * 1024;
  }
  return bytes;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
