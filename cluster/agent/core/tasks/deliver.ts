/**
 * Delivers queued tasks to their executor, once it is there and its container has their resources (Mesos 1.11
 * src/slave/slave.cpp, ___run).
 *
 * Always true: an executor's container has one change of resources under way at a time. Tasks that come, end or are
 * killed meanwhile are in the next one.
 *
 * In: container.updated
 * Out: update, destroy, event(LAUNCH, LAUNCH_GROUP), tell(RunTask), updates
 */

import type * as mesos from '../../../api/generated/mesos';
import { stateFor } from '../../../model/task-state';
import { limitsOf } from '../containers/executor-limits';
import { tellExecutor } from '../executors/tell-executor';
import type { EventOf } from '../state/events';
import { type Executor, findContainer, isPartitionAware } from '../state/state';
import type { Turn } from '../state/turn';
import { endTask, groupOf, idsOf, liveTasks } from './executor-tasks';

/**
 * Delivers what waits for a running executor, at once when its container has the resources of exactly the tasks that
 * there are.
 */
export function deliver(turn: Turn, executor: Executor): void {
  if (executor.state !== 'running' || executor.queued.size === 0) return;
  changeResources(turn, executor);
  if (!executor.isChanging) launchQueued(turn, executor);
}

/** Changes the resources of the container to those of the executor and of its tasks that have not ended. */
export function changeResources({ state, effects }: Turn, executor: Executor): void {
  const { containerId, info, isChanging, containedTasks } = executor;
  const tasks = liveTasks(executor);
  const isSame =
    tasks.length === containedTasks.size && tasks.every(({ task_id }) => containedTasks.has(task_id.value));
  if (isChanging || isSame) return;
  executor.isChanging = true;
  executor.containedTasks = idsOf(tasks);
  effects.push({
    kind: 'update',
    containerId,
    resources: [info, ...tasks].flatMap(({ resources }) => resources ?? []),
    limits: limitsOf(info, tasks, { cfs: state.boot.settings.cgroupsEnableCfs ?? false }),
  });
}

/** The container has its new resources, or could not get them, and is destroyed then. */
export function updated(turn: Turn, { containerId, reason }: EventOf<'container.updated'>): void {
  const { state, effects } = turn;
  const executor = findContainer(state, containerId);
  if (!executor?.isChanging) return;
  executor.isChanging = false;
  if (executor.state === 'terminated') return;
  if (reason !== undefined) {
    const isAware = isPartitionAware(state.frameworks.get(executor.frameworkId));
    executor.pendingTermination ??= {
      status: undefined,
      state: stateFor(isAware, 'TASK_GONE'),
      reason: 'REASON_CONTAINER_UPDATE_FAILED',
      message: `Failed to update resources for container: ${reason}`,
    };
    effects.push({ kind: 'destroy', containerId });
    return;
  }
  if (executor.state !== 'running') return;
  launchQueued(turn, executor);
  changeResources(turn, executor);
}

/** Launches the queued tasks and groups whose resources the container has, in the order in which they came. */
function launchQueued(turn: Turn, executor: Executor): void {
  const { queued, containedTasks } = executor;
  for (const [taskId, info] of [...queued]) {
    // The tasks of a group leave the queue with the first of them.
    if (!containedTasks.has(taskId) || !queued.has(taskId)) continue;
    const group = groupOf(executor, taskId);
    if (group) launchGroup(turn, executor, group);
    else {
      take(executor, info);
      tellExecutor(turn, executor, { type: 'LAUNCH', launch: { task: info } });
    }
  }
}

function launchGroup(turn: Turn, executor: Executor, task_group: mesos.TaskGroupInfo): void {
  executor.queuedGroups.splice(executor.queuedGroups.indexOf(task_group), 1);
  for (const info of task_group.tasks ?? []) take(executor, info);
  if (executor.stream !== undefined)
    return tellExecutor(turn, executor, { type: 'LAUNCH_GROUP', launch_group: { task_group } });
  const message = 'Drivers of executors know no task groups: use the v1 executor API';
  for (const { task_id } of task_group.tasks ?? [])
    endTask(turn, executor, task_id.value, {
      state: 'TASK_FAILED',
      reason: 'REASON_TASK_GROUP_INVALID',
      message,
    });
}

function take(executor: Executor, info: mesos.TaskInfo): void {
  executor.queued.delete(info.task_id.value);
  executor.tasks.set(info.task_id.value, { info, state: 'TASK_STAGING', statuses: [] });
}
