/**
 * Rejected tasks: the statuses of tasks of an ACCEPT that are not launched.
 *
 * Out: event(UPDATE)
 */

import type * as mesos from '../../../api/generated/mesos';
import { stateFor, type TaskState } from '../../../model/task-state';
import type { Millis } from '../../../model/time';
import { count, type Framework, isCapable } from '../state/state';
import type { Turn } from '../state/turn';
import { sendUpdate } from '../tasks/status-updates';

/** The reason why tasks are not launched, for their status. */
export interface Rejection {
  readonly reason: mesos.TaskStatus.Reason;
  readonly message: string;
  readonly now: Millis;
  /** TASK_DROPPED without it, which is TASK_LOST for frameworks without PARTITION_AWARE. */
  readonly state?: TaskState;
}

/** Sends the framework a status for each task that is not launched. */
export function rejectTasks(
  turn: Turn,
  framework: Framework,
  tasks: readonly mesos.TaskInfo[],
  rejection: Rejection,
): void {
  for (const task of tasks) rejectTask(turn, framework, task, rejection);
}

function rejectTask(turn: Turn, framework: Framework, task: mesos.TaskInfo, rejection: Rejection): void {
  const { state } = turn;
  const taskState = stateFor(isCapable(framework, 'PARTITION_AWARE'), rejection.state ?? 'TASK_DROPPED');
  const name = taskState.slice('TASK_'.length).toLowerCase();
  count(state, `master/tasks_${name}`);
  count(state, `master/task_${name}/source_master/${rejection.reason.toLowerCase()}`);
  sendUpdate(turn, framework, {
    task_id: task.task_id,
    agent_id: task.agent_id,
    state: taskState,
    source: 'SOURCE_MASTER',
    reason: rejection.reason,
    message: rejection.message,
    timestamp: rejection.now / 1000,
  });
}
