/**
 * The tasks of an executor: those that wait for it, those that it has, and their ends as far as the agent makes them.
 *
 * Always true: a queued group is queued as a whole.
 *
 * Out: updates
 */

import type * as mesos from '../../../api/generated/mesos';
import { isTerminal, type TaskState } from '../../../model/task-state';
import { type AgentState, count, type Executor } from '../state/state';
import type { Turn } from '../state/turn';
import { addUpdate } from './updates';

/** The end of a task that its executor does not tell. */
export interface TaskEnd {
  readonly state: TaskState;
  readonly reason: mesos.TaskStatus.Reason;
  readonly message: string;
  /** The resources whose limit the task, or another one of its container, has reached. */
  readonly limitedResources?: readonly mesos.Resource[] | undefined;
}

export function idsOf(tasks: readonly mesos.TaskInfo[]): ReadonlySet<string> {
  return new Set(tasks.map(({ task_id }) => task_id.value));
}

/** The tasks that have not ended, queued ones included. */
export function liveTasks({ queued, tasks }: Executor): mesos.TaskInfo[] {
  const launched = [...tasks.values()].filter(({ state }) => !isTerminal(state));
  return [...queued.values(), ...launched.map(({ info }) => info)];
}

/** The group of a queued task. */
export function groupOf({ queuedGroups }: Executor, taskId: string): mesos.TaskGroupInfo | undefined {
  return queuedGroups.find(({ tasks }) => tasks?.some(({ task_id }) => task_id.value === taskId));
}

/** Ends a task that has not ended, queued or launched; it stays until its framework has acknowledged the end. */
export function endTask(turn: Turn, executor: Executor, taskId: string, end: TaskEnd): void {
  const { state } = turn;
  const { frameworkId, id: executorId, queued, tasks } = executor;
  const waiting = queued.get(taskId);
  if (waiting) {
    dequeue(executor, taskId);
    tasks.set(taskId, { info: waiting, state: 'TASK_STAGING', statuses: [] });
  }
  const task = tasks.get(taskId);
  if (!task || isTerminal(task.state)) return;
  task.state = end.state;
  countEnd(state, end.state);
  addUpdate(turn, { frameworkId, executorId, taskId, ...end });
}

/** Takes a task out of the queue, and its group when it was the last of it. */
function dequeue(executor: Executor, taskId: string): void {
  const group = groupOf(executor, taskId);
  executor.queued.delete(taskId);
  if (group && !group.tasks?.some(({ task_id }) => executor.queued.has(task_id.value)))
    executor.queuedGroups.splice(executor.queuedGroups.indexOf(group), 1);
}

/** The ends that have a metric. */
const COUNTED: ReadonlySet<TaskState> = new Set<TaskState>([
  'TASK_FINISHED',
  'TASK_FAILED',
  'TASK_KILLED',
  'TASK_LOST',
  'TASK_GONE',
  'TASK_ERROR',
]);

export function countEnd(state: AgentState, end: TaskState): void {
  if (COUNTED.has(end)) count(state, `slave/tasks_${end.slice('TASK_'.length).toLowerCase()}`);
}

/**
 * True when nothing waits for an executor and it has no task that it may know of: all of its tasks were killed or dropped
 * before it got them, and it would wait for one for ever (MESOS-8411).
 */
export function isUseless({ queued, tasks, completedTasks }: Executor): boolean {
  if (queued.size > 0) return false;
  const wasHeardOf = [...tasks.values(), ...completedTasks].some(({ statuses }) =>
    statuses.some(({ source }) => source === 'SOURCE_EXECUTOR'),
  );
  return !wasHeardOf && ![...tasks.values()].some(({ state }) => !isTerminal(state));
}
