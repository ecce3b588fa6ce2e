/**
 * One task's record at the master: its state, its history, and the moment its resources are free again.
 */

import type * as mesos from '../../../api/generated/mesos';
import { isTerminal, type TaskState } from '../../../model/task-state';
import { recoverResources } from '../allocator/allocated';
import { taskKey } from '../state/keys';
import { count, countOf, type Framework, type MasterState, type TaskRecord } from '../state/state';

/** Statuses kept of one task. Equal states in a row are one, so this is only reached by checks that flap. */
const STATUSES_MAX = 100;

/** Takes a status into the record. `latest` is the newest state known, which may be ahead of the status. */
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

/** True for a state in which a task uses nothing any more. */
function isOver(state: TaskState): boolean {
  return isTerminal(state) || state === 'TASK_UNREACHABLE';
}

/** A task is counted when it begins to use nothing; that one which was unreachable ends is its framework's matter. */
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
  // Exporters know these by the older names.
  const old = (text: string): string => text.toLowerCase().replace(/(?<=_)agent(?=_|$)/, 'slave');
  count(state, `master/task_${name}/${old(status.source)}/${old(status.reason)}`);
}

function releaseResources(state: MasterState, task: TaskRecord): void {
  if (!task.holdsResources) return;
  task.holdsResources = false;
  recoverResources(state.allocator, task, task.resources);
}

/** Takes a task from its framework and agent; its record goes elsewhere. */
export function detachTask(state: MasterState, framework: Framework, task: TaskRecord): void {
  framework.tasks.delete(task.id);
  state.agents.get(task.agentId)?.tasks.delete(taskKey(task));
}

/** The task is over and the framework knows: it moves to the completed ones, which are bounded. */
export function completeTask(state: MasterState, framework: Framework, task: TaskRecord): void {
  detachTask(state, framework, task);
  addCompleted(state, framework, task);
}

/** One more ended task of a framework; above `--max_completed_tasks_per_framework` the oldest are forgotten. */
export function addCompleted(state: MasterState, framework: Framework, task: TaskRecord): void {
  framework.completedTasks.push(task);
  const surplus = framework.completedTasks.length - state.boot.settings.maxCompletedTasksPerFramework;
  if (surplus > 0) framework.completedTasks.splice(0, surplus);
}
