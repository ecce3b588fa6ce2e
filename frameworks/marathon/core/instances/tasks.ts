/**
 * The tasks of an instance: one of an app, one for each container of a pod. The condition of a pod's instance is that of
 * its tasks (`InstanceState` of Marathon).
 */

import type { Condition, ContainerTask, Instance, Task } from '../state/state';
import { isActive, isReachable } from './conditions';

export function tasksOf({ task, tasks }: Pick<Instance, 'task' | 'tasks'>): readonly Task[] {
  return tasks ?? (task ? [task] : []);
}

/** The tasks that may run: of an app as its instance tells, of a pod as each of them does. */
export function livingTasks({ condition, task, tasks }: Instance): readonly Task[] {
  if (tasks) return tasks.filter((candidate) => isActive(candidate.condition));
  return task && isActive(condition) ? [task] : [];
}

/** The tasks that a kill may end. Mesos answers that of an unreachable task with the state it has. */
export function reachableTasks(instance: Instance): readonly Task[] {
  const { condition, tasks } = instance;
  if (tasks) return tasks.filter((candidate) => isReachable(candidate.condition));
  return isReachable(condition) ? livingTasks(instance) : [];
}

/** The names of the kills of its tasks: the instance of an app, each task of a pod. */
export function killOwners({ id, tasks }: Instance): readonly string[] {
  return tasks ? tasks.map((task) => task.id) : [id];
}

/** The first start of a task. */
export function startedAtOf({ task, tasks }: Instance): number | undefined {
  if (!tasks) return task?.startedAt;
  const starts = tasks.flatMap(({ startedAt }) => startedAt ?? []);
  return starts.length > 0 ? Math.min(...starts) : undefined;
}

/** The first of these that a task has is the condition of the instance. */
const HIERARCHY: readonly Condition[] = [
  'Error',
  'Failed',
  'Gone',
  'Dropped',
  'Unreachable',
  'Killing',
  'Starting',
  'Staging',
  'Unknown',
  'Provisioned',
  'Running',
  'Finished',
  'Killed',
];

export function conditionOfTasks(tasks: readonly ContainerTask[]): Condition {
  const conditions = new Set(tasks.map(({ condition }) => condition));
  return HIERARCHY.find((condition) => conditions.has(condition)) ?? 'Unknown';
}

/**
 * The health that Mesos reports of a pod's tasks: false when one that runs is unhealthy; unknown while one of those before
 * it has not begun to run, or none reports.
 */
export function healthOfTasks(tasks: readonly ContainerTask[]): boolean | undefined {
  const isRunning = ({ condition }: ContainerTask): boolean => condition === 'Running';
  let healthy: boolean | undefined;
  for (const task of tasks) {
    if (isRunning(task) && task.healthy === false) return false;
    if (!isRunning(task) && task.condition !== 'Finished') return undefined;
    if (isRunning(task) && task.healthy) healthy = true;
  }
  return healthy;
}
