/**
 * Tasks whose agents are unreachable: with their framework until the agent returns, is given up or forgotten.
 *
 * Always true: `unreachableByAgent` has exactly the tasks that registered frameworks have as unreachable, by
 * agent.
 */

import type { Framework, MasterState, TaskRecord } from '../state/state';

/** Keeps a task as unreachable; above `--max_unreachable_tasks_per_framework` the oldest is forgotten. */
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

/** A task of this id is somewhere else now. */
export function dropUnreachable(state: MasterState, framework: Framework, taskId: string): void {
  const task = framework.unreachableTasks.get(taskId);
  if (!task) return;
  framework.unreachableTasks.delete(taskId);
  const tasksOfAgent = state.unreachableByAgent.get(task.agentId);
  tasksOfAgent?.delete(task);
  if (tasksOfAgent?.size === 0) state.unreachableByAgent.delete(task.agentId);
}

/** Takes all unreachable tasks of an agent from their frameworks. */
export function takeUnreachable(state: MasterState, agentId: string): TaskRecord[] {
  const tasks = [...(state.unreachableByAgent.get(agentId) ?? [])];
  state.unreachableByAgent.delete(agentId);
  for (const task of tasks) state.frameworks.get(task.frameworkId)?.unreachableTasks.delete(task.id);
  return tasks;
}
