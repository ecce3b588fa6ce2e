/**
 * Keeps frameworks, executors, tasks and updates in the checkpoint, and removes them again. The changes of a step are
 * written at its end (commits.ts).
 *
 * Always true: nothing is kept of a framework that does not checkpoint.
 */

import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import { type CheckpointChange, placeOf } from '../state/entries';
import type { AgentFramework, AgentState, Executor, UpdateStream } from '../state/state';

/** Number of acknowledged updates of a task that are kept, so that a repeated one is known. */
export const ACKNOWLEDGED_MAX = 64;

/** Keeps a change; the last one of a place counts, and stands after all earlier ones. */
export function keep({ commits }: AgentState, change: CheckpointChange): void {
  const place = placeOf(change);
  commits.changes.delete(place);
  commits.changes.set(place, change);
}

/** Keeps an executor with its framework. */
export function keepExecutor(state: AgentState, framework: AgentFramework, executor: Executor): void {
  const { checkpoint, containerId, kind, pid, info } = executor;
  if (!checkpoint) return;
  keepFramework(state, framework);
  const completed = framework.completedExecutors.includes(executor);
  const value = { frameworkId: framework.id, kind, completed, pid, info };
  keep(state, { entry: 'executor', containerId, value });
}

export function keepFramework(state: AgentState, { id, info }: AgentFramework): void {
  if (info.checkpoint) keep(state, { entry: 'framework', frameworkId: id, value: info });
}

/** Keeps a task as it is launched. Its data can be large, and only its executor needs it. */
export function keepTask(state: AgentState, executor: Executor, info: mesos.TaskInfo): void {
  const { checkpoint, containerId } = executor;
  if (!checkpoint) return;
  const { data: _data, ...value } = info;
  keep(state, { entry: 'task', containerId, taskId: info.task_id.value, value });
}

/** Keeps an update of a task, which gets the next number of its stream. */
export function keepUpdate(
  state: AgentState,
  stream: UpdateStream,
  {
    containerId,
    update,
  }: { readonly containerId: string | undefined; readonly update: internal.StatusUpdate },
): void {
  const number = stream.next;
  stream.next += 1;
  stream.numbers.push(number);
  if (containerId === undefined) return;
  stream.containerId = containerId;
  keep(state, {
    entry: 'update',
    containerId,
    taskId: stream.taskId,
    number,
    value: { type: 'UPDATE', update },
  });
}

/** Keeps that the first update of a stream is acknowledged, and forgets the oldest acknowledged one. */
export function keepAcknowledgement(
  state: AgentState,
  { containerId, taskId, numbers, pending }: UpdateStream,
): void {
  const [update] = pending;
  const [number] = numbers;
  if (containerId === undefined || number === undefined || !update) return;
  const value = { type: 'ACK', uuid: update.uuid, update } as const;
  keep(state, { entry: 'update', containerId, taskId, number, value });
  const oldest = number - ACKNOWLEDGED_MAX;
  if (oldest >= 0) keep(state, { entry: 'update', containerId, taskId, number: oldest, value: undefined });
}

/** Forgets an executor with its tasks. */
export function forgetExecutor(state: AgentState, { checkpoint, containerId }: Executor): void {
  if (checkpoint) keep(state, { entry: 'executor', containerId, value: undefined });
}

/** Forgets a task with its updates. */
export function forgetTask(state: AgentState, { checkpoint, containerId }: Executor, taskId: string): void {
  if (checkpoint) keep(state, { entry: 'task', containerId, taskId, value: undefined });
}

/** Forgets a framework with all of its executors. */
export function forgetFramework(state: AgentState, framework: AgentFramework): void {
  const { id, info, executors, completedExecutors } = framework;
  for (const executor of [...executors.values(), ...completedExecutors]) forgetExecutor(state, executor);
  if (info.checkpoint) keep(state, { entry: 'framework', frameworkId: id, value: undefined });
}
