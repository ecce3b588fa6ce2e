/**
 * Updates of executors, by either API: each is acknowledged to its executor once it is kept, and is delivered until the
 * framework acknowledges it (Mesos 1.11 src/slave/slave.cpp, statusUpdate).
 *
 * Always true: an executor changes its own tasks only, the first end of a task is the last of its updates, and those that
 * wait for a framework are bounded. What is refused is acknowledged, too, so that the executor does not repeat it.
 *
 * Out: event(ACKNOWLEDGED), tell(StatusUpdateAcknowledgement), update, updates
 */

import type * as mesos from '../../../api/generated/mesos';
import { note } from '../../../model/machine';
import { isTerminal } from '../../../model/task-state';
import { beginShutdown } from '../executors/executors';
import { tellExecutor } from '../executors/tell-executor';
import { type AgentTask, count, type Executor, taskKey } from '../state/state';
import type { Turn } from '../state/turn';
import { changeResources } from './deliver';
import { drainStatus } from './drain';
import { countEnd } from './executor-tasks';
import { queue } from './updates';

/** The most updates of a task that wait for its framework; an executor could fill the memory with them. */
const PENDING_MAX = 1000;
/** The same for large ones: the size of an update and the number of those before it, multiplied. */
const PENDING_MAX_CHARACTERS = 4 * 1024 * 1024;

export function handleUpdate(turn: Turn, executor: Executor, reported: mesos.TaskStatus): void {
  const { state, now } = turn;
  const { frameworkId, id: executorId } = executor;
  const { task_id, uuid } = reported;
  if (reported.state === 'TASK_STAGING') return shutdownLiar(turn, executor);
  if (uuid !== undefined)
    tellExecutor(turn, executor, { type: 'ACKNOWLEDGED', acknowledged: { task_id, uuid } });
  const task = executor.tasks.get(task_id.value);
  if (!task || state.frameworks.get(frameworkId)?.terminating) return ignore(turn, executor, reported);
  if (state.streams.get(taskKey(frameworkId, task_id.value))?.received.has(uuid ?? '')) return;
  if (isTerminal(task.state) || isFlood(turn, executor, reported)) return ignore(turn, executor, reported);
  count(state, 'slave/valid_status_updates');
  const stamped: mesos.TaskStatus = {
    ...reported,
    executor_id: { value: executorId },
    source: 'SOURCE_EXECUTOR',
    timestamp: now / 1000,
  };
  const status = drainStatus(state, frameworkId, stamped);
  task.state = status.state;
  if (isTerminal(status.state)) ended(turn, executor, task);
  queue(turn, { frameworkId, executorId, status, latest: task.state });
}

/** True for an update that a framework would have to acknowledge after too many others; the end is always taken. */
function isFlood({ state: { streams } }: Turn, { frameworkId }: Executor, status: mesos.TaskStatus): boolean {
  const pending = streams.get(taskKey(frameworkId, status.task_id.value))?.pending.length ?? 0;
  if (pending === 0 || isTerminal(status.state)) return false;
  return pending >= PENDING_MAX || pending * charactersOf(status) > PENDING_MAX_CHARACTERS;
}

/** The length of all texts in a value. */
function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, member) => sum + charactersOf(member), 0);
}

/** The resources of an ended task leave the container; that of a command task ends with it. */
function ended(turn: Turn, executor: Executor, task: AgentTask): void {
  countEnd(turn.state, task.state);
  if (executor.kind !== 'command' && executor.state === 'running') changeResources(turn, executor);
}

function ignore(turn: Turn, executor: Executor, { task_id, state }: mesos.TaskStatus): void {
  count(turn.state, 'slave/invalid_status_updates');
  const task = executor.tasks.get(task_id.value);
  const fields = { executor: executor.id, task: task_id.value, state, known: task?.state };
  note(turn, 'debug', 'ignored an update of an executor', fields);
}

/** TASK_STAGING is the agent's to say; drivers of the original send it when they are broken. */
function shutdownLiar(turn: Turn, executor: Executor): void {
  count(turn.state, 'slave/invalid_status_updates');
  const text = 'shutting down an executor that reported TASK_STAGING, which is not allowed';
  note(turn, 'error', text, { executor: executor.id });
  beginShutdown(turn, executor);
}
