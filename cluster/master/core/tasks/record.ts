/**
 * The record of a task: its state, its statuses, and the recovery of its resources.
 */

import type * as mesos from '../../../api/generated/mesos';
import { isTerminal, type TaskState } from '../../../model/task-state';
import { recoverResources } from '../allocator/allocated';
import { taskKey } from '../state/keys';
import { count, countOf, type Framework, type MasterState, type TaskRecord } from '../state/state';

/**
 * The limit of statuses of one task. Of equal states in a row only the last is recorded, so only flapping tasks reach
 * it.
 */
const STATUSES_MAX = 100;

/** Records a status. `latest` is the newest state the agent knows, which may be ahead of the status. */
export function setTaskState(
  state: MasterState,
  task: TaskRecord,
  status: mesos.TaskStatus,
  latest: TaskState,
): void {
  const { data: _data, ...statusWithoutData } = status;
  const before =
    task.statuses.at(-1)?.state === statusWithoutData.state ? task.statuses.slice(0, -1) : task.statuses;
  task.statuses = [...before.slice(-STATUSES_MAX + 1), statusWithoutData];
  if (!isTerminal(task.state)) {
    if (latest !== task.state) countChange(state, task, latest, status);
    task.state = latest;
  }
  if (isOver(task.state)) releaseResources(state, task);
}

/** True for a state in which a task uses no resources. */
function isOver(state: TaskState): boolean {
  return isTerminal(state) || state === 'TASK_UNREACHABLE';
}

/** Counts a task when it stops using resources. An unreachable one that ends is counted for its framework only. */
function countChange(
  state: MasterState,
  task: TaskRecord,
  latest: TaskState,
  status: mesos.TaskStatus,
): void {
  const name = latest.slice('TASK_'.length).toLowerCase();
  const framework = state.frameworks.get(task.frameworkId);
  if (framework && isTerminal(latest)) countOf(framework, `tasks/terminal/task_${name}`);
  if (isOver(task.state) || !isOver(latest)) return;
  if (isTerminal(latest)) count(state, `master/tasks_${name}`);
  if (!status.source || !status.reason) return;
  // Exporters read these names, which still say slave.
  const old = (text: string): string => text.toLowerCase().replace(/(?<=_)agent(?=_|$)/, 'slave');
  count(state, `master/task_${name}/${old(status.source)}/${old(status.reason)}`);
}

function releaseResources(state: MasterState, task: TaskRecord): void {
  if (!task.holdsResources) return;
  task.holdsResources = false;
  recoverResources(state.allocator, task, task.resources);
}

/** Removes a task from its framework and agent; the caller moves its record elsewhere. */
export function detachTask(state: MasterState, framework: Framework, task: TaskRecord): void {
  framework.tasks.delete(task.id);
  state.agents.get(task.agentId)?.tasks.delete(taskKey(task));
}

/** Moves a task whose framework knows of its end to the completed ones. */
export function completeTask(state: MasterState, framework: Framework, task: TaskRecord): void {
  detachTask(state, framework, task);
  addCompleted(state, framework, task);
}

/** Adds a completed task; above `--max_completed_tasks_per_framework` the oldest are removed. */
export function addCompleted(state: MasterState, framework: Framework, task: TaskRecord): void {
  framework.completedTasks.push(task);
  const surplus = framework.completedTasks.length - state.boot.settings.maxCompletedTasksPerFramework;
  if (surplus > 0) framework.completedTasks.splice(0, surplus);
}
