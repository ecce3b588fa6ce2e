/**
 * Tasks of an ACCEPT that never became tasks: what their framework is told.
 */

import type * as mesos from '../../../api/generated/mesos';
import { stateFor, type TaskState } from '../../../model/task-state';
import type { Millis } from '../../../model/time';
import type { MasterEffect } from '../state/effects';
import { count, type Framework, isCapable, type MasterState } from '../state/state';
import { sendUpdate } from '../tasks/status-updates';

export interface DroppedLaunch {
  readonly reason: mesos.TaskStatus.Reason;
  readonly message: string;
  readonly now: Millis;
  /** TASK_DROPPED, which is TASK_LOST to frameworks that do not know it, unless said otherwise. */
  readonly state?: TaskState;
}

/** Tells the framework what became of each task, and why. */
export function loseTasks(
  state: MasterState,
  framework: Framework,
  tasks: readonly mesos.TaskInfo[],
  loss: DroppedLaunch,
): MasterEffect[] {
  return tasks.flatMap((task) => loseTask(state, framework, task, loss));
}

function loseTask(
  state: MasterState,
  framework: Framework,
  task: mesos.TaskInfo,
  loss: DroppedLaunch,
): MasterEffect[] {
  const verdict = stateFor(isCapable(framework, 'PARTITION_AWARE'), loss.state ?? 'TASK_DROPPED');
  const name = verdict.slice('TASK_'.length).toLowerCase();
  count(state, `master/tasks_${name}`);
  count(state, `master/task_${name}/source_master/${loss.reason.toLowerCase()}`);
  return sendUpdate(state, framework, {
    task_id: task.task_id,
    agent_id: task.agent_id,
    state: verdict,
    source: 'SOURCE_MASTER',
    reason: loss.reason,
    message: loss.message,
    timestamp: loss.now / 1000,
  });
}

/** The tasks an operation would launch. */
export function tasksOf(operation: mesos.Offer.Operation): readonly mesos.TaskInfo[] {
  return [...(operation.launch?.task_infos ?? []), ...(operation.launch_group?.task_group.tasks ?? [])];
}
