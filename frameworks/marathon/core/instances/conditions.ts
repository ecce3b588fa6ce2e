/**
 * The conditions of an instance, and the condition that each task state of Mesos leads to.
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { TaskState } from '../../../../cluster/model/task-state';
import type { Condition, Instance } from '../state/state';

const ACTIVE: ReadonlySet<Condition> = new Set<Condition>([
  'Provisioned',
  'Staging',
  'Starting',
  'Running',
  'Killing',
  'Unreachable',
]);

const TERMINAL: ReadonlySet<Condition> = new Set<Condition>([
  'Killed',
  'Finished',
  'Failed',
  'Error',
  'Gone',
  'Dropped',
  'Unknown',
]);

/** True when the instance has a task, or may have one. */
export function isActive(condition: Condition): boolean {
  return ACTIVE.has(condition);
}

/** True when the task of the instance has ended for good. */
export function isEnded(condition: Condition): boolean {
  return TERMINAL.has(condition);
}

/**
 * True when some task may run: that of an app by its condition, of a pod also after another task has failed. Those that
 * are unreachable are not waited for then: they are killed as unknown ones if they come back.
 */
export function isLive({ condition, tasks }: Pick<Instance, 'condition' | 'tasks'>): boolean {
  return isActive(condition) || (tasks?.some((task) => isReachable(task.condition)) ?? false);
}

/** True when a task may run, and its agent can be reached. */
export function isReachable(condition: Condition): boolean {
  return isActive(condition) && condition !== 'Unreachable';
}

/** True when the instance needs a launch: its goal is Running, and it was never launched or its tasks have ended. */
export function isWaiting(instance: Pick<Instance, 'goal' | 'condition' | 'tasks'>): boolean {
  return instance.goal === 'Running' && isIdle(instance);
}

/** True when nothing of the instance runs, and nothing that ran may come back. */
export function isIdle(instance: Pick<Instance, 'condition' | 'tasks'>): boolean {
  const { condition } = instance;
  return condition === 'Scheduled' || (isEnded(condition) && !isLive(instance));
}

/** True when an instance is to have no task and has none that it can tell of: it is there for its reservation. */
export function isResting(instance: Instance): boolean {
  if (instance.goal === 'Running' || !instance.reservation) return false;
  return instance.condition === 'Unreachable' || !isLive(instance);
}

const LOST_BUT_MAY_RETURN: ReadonlySet<string> = new Set([
  'REASON_RECONCILIATION',
  'REASON_AGENT_DISCONNECTED',
  'REASON_AGENT_REMOVED',
]);

const SAME_NAME: Readonly<Record<string, Condition>> = {
  TASK_STAGING: 'Staging',
  TASK_STARTING: 'Starting',
  TASK_RUNNING: 'Running',
  TASK_KILLING: 'Killing',
  TASK_KILLED: 'Killed',
  TASK_FINISHED: 'Finished',
  TASK_FAILED: 'Failed',
  TASK_ERROR: 'Error',
  TASK_DROPPED: 'Dropped',
  TASK_GONE: 'Gone',
  TASK_GONE_BY_OPERATOR: 'Gone',
  TASK_UNREACHABLE: 'Unreachable',
  TASK_UNKNOWN: 'Unknown',
};

const STATES: ReadonlyMap<Condition, TaskState> = new Map(
  Object.entries(SAME_NAME)
    .filter(([state]) => state !== 'TASK_GONE_BY_OPERATOR')
    .map(([state, condition]) => [condition, state as TaskState]),
);

/** The task state that the API shows for a condition: TASK_STAGING before the first update. */
export function taskStateOf(condition: Condition): TaskState {
  if (condition === 'UnreachableInactive') return 'TASK_UNREACHABLE';
  return STATES.get(condition) ?? 'TASK_STAGING';
}

/** The condition a status stands for. */
export function conditionOf({ state, reason }: Pick<mesos.TaskStatus, 'state' | 'reason'>): Condition {
  if (state !== 'TASK_LOST') return SAME_NAME[state] ?? 'Unknown';
  if (reason !== undefined && LOST_BUT_MAY_RETURN.has(reason)) return 'Unreachable';
  return reason === 'REASON_TASK_UNKNOWN' ? 'Unknown' : 'Gone';
}
