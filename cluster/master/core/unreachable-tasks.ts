/**
 * Tasks whose agents are unreachable, by agent.
 */

import type { Framework, MasterState, TaskRecord } from './state';

/** All of these agents' unreachable tasks. Looks at every unreachable task: not for the path of each event. */
export function unreachableTasksOn(
  state: MasterState,
  agentIds: ReadonlySet<string>,
): { framework: Framework; task: TaskRecord }[] {
  return [...state.frameworks.values()].flatMap((framework) =>
    [...framework.unreachableTasks.values()]
      .filter(({ agentId }) => agentIds.has(agentId))
      .map((task) => ({ framework, task })),
  );
}
