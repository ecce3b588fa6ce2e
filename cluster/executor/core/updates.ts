/**
 * The updates of the executor: kept until the agent acknowledges them, and sent again with a new subscription.
 *
 * In: agent.acknowledged, woke(retry)
 * Out: update, wake
 */

import type * as mesos from '../../api/generated/mesos';
import { nextUuidBytes } from '../../model/random';
import { emptyStatus } from './check-status';
import type { ExecutorTask } from './task';
import { type Turn, wake } from './turn';

/** Time after which an unacknowledged update is sent again. */
const RETRY_MS = 5000;

type Fields = Pick<mesos.TaskStatus, 'task_id' | 'state'> & Partial<mesos.TaskStatus>;

/** Makes, keeps and sends one update. */
export function update(turn: Turn, fields: Fields): mesos.TaskStatus {
  const { state, now, effects } = turn;
  const uuid = nextUuidBytes(state.random);
  const status: mesos.TaskStatus = {
    ...fields,
    uuid,
    source: 'SOURCE_EXECUTOR',
    executor_id: { value: state.boot.executorId },
    timestamp: now / 1000,
  };
  state.unacknowledged.set(uuid, status);
  turn.changed = true;
  if (state.connected) effects.push({ kind: 'update', status });
  wake(turn, { kind: 'retry' }, now + RETRY_MS);
  return status;
}

/** Tells a new state of a task. It has a check status as long as the task has a check, even before a result. */
export function tell(turn: Turn, task: ExecutorTask, fields: Omit<Fields, 'task_id'>): void {
  const { info } = task;
  task.last = update(turn, {
    task_id: info.task_id,
    ...(info.check && { check_status: emptyStatus(info.check) }),
    ...containerStatus(turn, task),
    ...fields,
  });
}

/** Tells the result of a check: everything else is as in the last update (protobuf::createTaskStatus of the original). */
export function tellAgain(turn: Turn, task: ExecutorTask, fields: Partial<mesos.TaskStatus>): void {
  const { info, last } = task;
  task.last = update(turn, { task_id: info.task_id, state: 'TASK_RUNNING', ...last, ...fields });
}

/** The default executor names the container of each task, and its networks; for command tasks the agent does. */
function containerStatus(
  { state: { boot } }: Turn,
  { containerId, networks }: ExecutorTask,
): Pick<mesos.TaskStatus, 'container_status'> | undefined {
  const parent = boot.container?.containerId;
  if (boot.kind !== 'default' || containerId === undefined || parent === undefined) return undefined;
  const value = containerId.slice(parent.length + 1);
  const container_id = { value, parent: { value: parent } };
  return { container_status: { container_id, ...(networks && { network_infos: networks }) } };
}

/** Sends all updates again that the agent has not acknowledged. */
export function retry(turn: Turn): void {
  const { state, now, effects } = turn;
  if (state.unacknowledged.size === 0 || !state.connected) return;
  for (const status of state.unacknowledged.values()) effects.push({ kind: 'update', status });
  wake(turn, { kind: 'retry' }, now + RETRY_MS);
}
