/** Resources of the agent that executors and their tasks hold. */

import type * as mesos from '../../../api/generated/mesos';
import { isTerminal } from '../../../model/task-state';
import type { AgentState, Executor } from '../state';

/**
 * The resources of an executor and its tasks, queued ones included (Mesos 1.11
 * Executor::allocatedResources).
 */
export function heldBy({ info, queued, tasks }: Executor): mesos.Resource[] {
  const live = [...tasks.values()].filter(({ state }) => !isTerminal(state)).map((task) => task.info);
  return [info, ...queued.values(), ...live].flatMap(({ resources }) => resources ?? []);
}

/** All executors that have not ended, or whose tasks' ends are not acknowledged. */
export function executorsIn({ frameworks }: AgentState): Executor[] {
  return [...frameworks.values()].flatMap(({ executors }) => [...executors.values()]);
}
