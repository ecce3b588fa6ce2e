/**
 * Unreachable tasks: their frameworks have them until the agent returns, is marked gone, or is removed from the
 * registry.
 *
 * Always true: `unreachableByAgent` has exactly the tasks that registered frameworks have as unreachable, by
 * agent.
 */

import type { AgentId, TaskId } from '../../../model/ids';
import type { Framework, MasterState, TaskRecord } from '../state/state';

/** Adds an unreachable task; above `--max_unreachable_tasks_per_framework` the oldest is removed. */
export function keepUnreachable(state: MasterState, framework: Framework, task: TaskRecord): void {
  dropUnreachable(state, framework, task.id);
  framework.unreachableTasks.set(task.id, task);
  const tasksOfAgent = state.unreachableByAgent.get(task.agentId);
  if (tasksOfAgent) tasksOfAgent.add(task);
  else state.unreachableByAgent.set(task.agentId, new Set([task]));
  const [oldest] = framework.unreachableTasks.values();
  const max = state.boot.settings.maxUnreachableTasksPerFramework;
  if (oldest && framework.unreachableTasks.size > max) dropUnreachable(state, framework, oldest.id);
}

/** Removes an unreachable task: its agent is back, or a new task has its id. */
export function dropUnreachable(state: MasterState, framework: Framework, taskId: TaskId): void {
  const task = framework.unreachableTasks.get(taskId);
  if (!task) return;
  framework.unreachableTasks.delete(taskId);
  const tasksOfAgent = state.unreachableByAgent.get(task.agentId);
  tasksOfAgent?.delete(task);
  if (tasksOfAgent?.size === 0) state.unreachableByAgent.delete(task.agentId);
}

/** Removes the unreachable tasks of an agent from their frameworks and returns them. */
export function takeUnreachable(state: MasterState, agentId: AgentId): TaskRecord[] {
  const tasks = [...(state.unreachableByAgent.get(agentId) ?? [])];
  state.unreachableByAgent.delete(agentId);
  for (const task of tasks) state.frameworks.get(task.frameworkId)?.unreachableTasks.delete(task.id);
  return tasks;
}
