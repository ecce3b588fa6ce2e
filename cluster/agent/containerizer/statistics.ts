/**
 * The statistics of all containers of executors, for `/monitor/statistics` and `/containers`.
 *
 * The isolators say what a container uses. An answer is used again for half a second: Mesos limits `/monitor/statistics`
 * to two requests a second.
 */

import type { ResourceStatistics } from '../../api/generated/mesos';
import { encodeJson } from '../../api/json-write';
import { jsonArray, jsonObject } from '../../api/state-json';
import type { AgentState, Executor } from '../core/state/state';
import { containersOf } from '../views/operator';

/** Age up to which an answer is used again. */
const FRESH_MS = 500;

/** The statistics of containers by their ids. */
export type Usage = ReadonlyMap<string, ResourceStatistics>;

/** The statistics of a container; undefined for one that is not there any more. */
export type UsageOf = (containerId: string) => Promise<ResourceStatistics | undefined>;

export class Statistics {
  private last: Usage = new Map();
  private takenAt = Number.NEGATIVE_INFINITY;
  private taking: Promise<void> | undefined;

  constructor(private readonly usageOf: UsageOf) {}

  /** The usage of each container of an executor by its id; at most half a second old. */
  async usage(state: AgentState, now: number): Promise<Usage> {
    if (now - this.takenAt >= FRESH_MS) {
      this.taking ??= this.take(containersOf(state), now).finally(() => {
        this.taking = undefined;
      });
      await this.taking;
    }
    return this.last;
  }

  private async take(executors: readonly Executor[], now: number): Promise<void> {
    const ids = executors.map(({ containerId }) => containerId);
    const all = await Promise.all(ids.map(async (id) => [id, await this.ofOne(id)] as const));
    this.last = new Map(all.flatMap(([id, usage]) => (usage ? [[id, usage] as const] : [])));
    this.takenAt = now;
  }

  /** A container that cannot be measured is left out. */
  private async ofOne(containerId: string): Promise<ResourceStatistics | undefined> {
    return await this.usageOf(containerId).catch(() => undefined);
  }
}

/** The JSON of `/monitor/statistics`. */
export function statisticsPage(state: AgentState, usage: Usage): string {
  return jsonArray(
    containersOf(state).flatMap((executor) => {
      const statistics = usage.get(executor.containerId);
      return statistics ? [executorStatistics(executor, statistics)] : [];
    }),
  );
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
