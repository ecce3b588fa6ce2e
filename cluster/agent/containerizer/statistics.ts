/**
 * The usage of each container, from /proc, for `/monitor/statistics`.
 *
 * The keys are those of Mesos 1.11 that need no cgroups.
 */

import { readFileSync } from 'node:fs';
import type { ResourceStatistics } from '../../api/generated/mesos';
import { encodeJson } from '../../api/json-write';
import { jsonArray, jsonObject } from '../../api/state-json';
import { readResources, scalarOf, type WireResource } from '../../model/resources';
import { groupProcesses } from '../../runtime/processes';
import type { AgentState, Executor } from '../core/state';
import { allocatedResources } from '../views/allocated';
import { containersOf } from '../views/operator';

/** Unit of the kernel's processor times (USER_HZ, 100 on every Linux we run on). */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;
const MB = 1024 * 1024;
/** Age up to which an answer is used again. Mesos limits this endpoint to two requests a second. */
const FRESH_MS = 500;

interface Use {
  userSeconds: number;
  systemSeconds: number;
  rssBytes: number;
  processes: number;
  threads: number;
}

export class Statistics {
  private last: ReadonlyMap<string, ResourceStatistics> = new Map();
  private takenAt = Number.NEGATIVE_INFINITY;

  /** The JSON of `/monitor/statistics`, at most half a second old. */
  read(state: AgentState, now: number): string {
    const usage = this.usage(state, now);
    return jsonArray(
      containersOf(state).flatMap((executor) => {
        const statistics = usage.get(executor.containerId);
        return statistics ? [executorStatistics(executor, statistics)] : [];
      }),
    );
  }

  /** The usage of each container by its id; at most half a second old. */
  usage(state: AgentState, now: number): ReadonlyMap<string, ResourceStatistics> {
    if (now - this.takenAt >= FRESH_MS) {
      this.last = usageOf(containersOf(state), now);
      this.takenAt = now;
    }
    return this.last;
  }
}

function usageOf(executors: readonly Executor[], now: number): ReadonlyMap<string, ResourceStatistics> {
  if (executors.length === 0) return new Map();
  const bySandbox = groupProcesses('MESOS_SANDBOX');
  return new Map(
    executors.map((executor) => [
      executor.containerId,
      statisticsOf(executor, sum(bySandbox.get(executor.directory) ?? []), now),
    ]),
  );
}

function statisticsOf(executor: Executor, use: Use, now: number): ResourceStatistics {
  const limits = readResources(allocatedResources(executor) as readonly WireResource[]);
  return {
    cpus_limit: scalarOf(limits, 'cpus'),
    cpus_system_time_secs: use.systemSeconds,
    cpus_user_time_secs: use.userSeconds,
    mem_limit_bytes: scalarOf(limits, 'mem') * MB,
    mem_rss_bytes: use.rssBytes,
    processes: use.processes,
    threads: use.threads,
    timestamp: now / 1000,
  };
}

function executorStatistics(executor: Executor, statistics: ResourceStatistics): string {
  return jsonObject({
    executor_id: JSON.stringify(executor.id),
    executor_name: JSON.stringify(executor.info.name ?? ''),
    framework_id: JSON.stringify(executor.frameworkId),
    source: JSON.stringify(executor.info.source ?? ''),
    statistics: encodeJson('mesos.v1.ResourceStatistics', statistics),
  });
}

function sum(pids: readonly number[]): Use {
  const use: Use = { userSeconds: 0, systemSeconds: 0, rssBytes: 0, processes: 0, threads: 0 };
  for (const pid of pids) add(use, pid);
  return use;
}

/** Adds the usage of a process; one that has just ended counts for nothing. Fields: proc(5), /proc/pid/stat. */
function add(use: Use, pid: number): void {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return;
  }
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const { 11: user = 0, 12: system = 0, 17: threads = 0, 21: pages = 0 } = fields;
  use.userSeconds += user / TICKS_PER_SECOND;
  use.systemSeconds += system / TICKS_PER_SECOND;
  use.rssBytes += pages * PAGE_BYTES;
  use.processes += 1;
  use.threads += threads;
}
