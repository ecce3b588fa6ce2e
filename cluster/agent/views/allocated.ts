/** The resources that executors and their tasks have on the agent. */

import type * as mesos from '../../api/generated/mesos';
import {
  addResources,
  NO_RESOURCES,
  type Resources,
  readResources,
  type WireResource,
} from '../../model/resources';
import { isTerminal } from '../../model/task-state';
import type { AgentState, Executor } from '../core/state/state';

/**
 * The resources of an executor and its tasks, queued ones included (Mesos 1.11
 * Executor::allocatedResources).
 */
export function allocatedResources({ info, queued, tasks }: Executor): mesos.Resource[] {
  const live = [...tasks.values()].filter(({ state }) => !isTerminal(state)).map((task) => task.info);
  return [info, ...queued.values(), ...live].flatMap(({ resources }) => resources ?? []);
}

/** The sum over several executors. */
export function allocatedSum(executors: readonly Executor[]): Resources {
  return executors.reduce(
    (sum, executor) =>
      addResources(sum, readResources(allocatedResources(executor) as readonly WireResource[])),
    NO_RESOURCES,
  );
}

/** All executors that run, or whose tasks have unacknowledged ends. */
export function executorsOf({ frameworks }: AgentState): Executor[] {
  return [...frameworks.values()].flatMap(({ executors }) => [...executors.values()]);
}
