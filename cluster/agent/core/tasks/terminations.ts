/**
 * The ends of executors' containers, and of the tasks that had not ended before (Mesos 1.11 src/slave/slave.cpp,
 * executorTerminated).
 *
 * In: container.launched, container.described, container.failed, container.exited
 * Out: updates, send(ExitedExecutor), close, stopped
 */

import { note } from '../../../model/machine';
import { stateFor } from '../../../model/task-state';
import { completeExecutor, stoppedWhenNoneAlive, tellExit } from '../executors/executors';
import type { Termination } from '../state/container-spec';
import type { EventOf } from '../state/events';
import { count, type Executor, findContainer, isPartitionAware, setStream } from '../state/state';
import type { Turn } from '../state/turn';
import { endDrain } from './drained';
import { endTask, type TaskEnd } from './executor-tasks';

/** The container runs. An executor that was told to end meanwhile is destroyed. */
export function launched({ state, effects }: Turn, { containerId }: EventOf<'container.launched'>): void {
  const executor = findContainer(state, containerId);
  const isWanted = executor && executor.state !== 'terminating' && executor.state !== 'terminated';
  if (!isWanted) effects.push({ kind: 'destroy', containerId });
}

/** The statuses of its tasks tell it. */
export function describeContainer(
  { state }: Turn,
  { containerId, status }: EventOf<'container.described'>,
): void {
  const executor = findContainer(state, containerId);
  if (executor) executor.containerStatus = status;
}

/** The executor could not be started. A container that no containerizer takes is an unknown one in the original. */
export function launchFailed(
  turn: Turn,
  { containerId, reason, isTaken }: EventOf<'container.failed'>,
): void {
  const executor = findContainer(turn.state, containerId);
  if (!executor || executor.state === 'terminated') return;
  count(turn.state, 'slave/container_launch_errors');
  if (!isTaken) note(turn, 'error', reason, { container: containerId });
  executor.pendingTermination ??= {
    status: undefined,
    state: 'TASK_FAILED',
    reason: isTaken ? 'REASON_CONTAINER_LAUNCH_FAILED' : 'REASON_EXECUTOR_TERMINATED',
    message: isTaken ? `Failed to launch container: ${reason}` : reason,
  };
  terminate(turn, executor, isTaken ? { status: undefined, message: '' } : undefined);
}

/** The container of an executor has ended, and with it the tasks that had not ended before. */
export function containerExited(turn: Turn, { containerId, termination }: EventOf<'container.exited'>): void {
  const executor = findContainer(turn.state, containerId);
  if (executor && executor.state !== 'terminated') terminate(turn, executor, termination);
}

/**
 * The launch of an executor was cut off by the end of the agent: its tasks never ran. In the original the agent does not
 * know them any more, and they are dropped when the master asks for them.
 */
export function neverLaunched(turn: Turn, executor: Executor): void {
  const framework = turn.state.frameworks.get(executor.frameworkId);
  terminate(turn, executor, undefined, {
    state: stateFor(isPartitionAware(framework), 'TASK_DROPPED'),
    reason: 'REASON_AGENT_RESTARTED',
    message: 'Task launched during agent restart',
  });
}

function terminate(
  turn: Turn,
  executor: Executor,
  termination: Termination | undefined,
  end = endOf(executor, termination),
): void {
  const { state, effects } = turn;
  const { frameworkId, id, kind, stream, queued, queuedGroups, tasks } = executor;
  count(state, 'slave/executors_terminated');
  executor.state = 'terminated';
  setStream(state, executor, undefined);
  executor.pid = undefined;
  executor.isChanging = false;
  if (state.frameworks.get(frameworkId)?.terminating) {
    // No framework would acknowledge updates of one that is gone.
    queued.clear();
    queuedGroups.length = 0;
  } else {
    for (const taskId of [...tasks.keys(), ...queued.keys()]) endTask(turn, executor, taskId, end);
  }
  const fields = { executor: id, framework: frameworkId, ...termination?.status };
  note(turn, 'info', 'an executor has terminated', fields);
  // The master does not know the executors of command tasks.
  if (kind !== 'command') tellExit(turn, frameworkId, id, termination?.status);
  if (stream !== undefined) effects.push({ kind: 'close', stream, reason: 'the executor has terminated' });
  completeExecutor(state, executor);
  endDrain(state);
  stoppedWhenNoneAlive(turn);
}

/**
 * The end of tasks whose executor has ended: what the containerizer says of it is stronger than why the agent destroyed the
 * container. The message has both.
 */
export function endOf(
  { pendingTermination: pending }: Pick<Executor, 'pendingTermination'>,
  termination: Termination | undefined,
): TaskEnd {
  const ended = termination ? termination.message : 'Abnormal executor termination: unknown container';
  const messages = [pending?.message, ended].filter((text) => text !== undefined && text !== '');
  return {
    state: termination?.state ?? pending?.state ?? 'TASK_FAILED',
    reason: termination?.reason ?? pending?.reason ?? 'REASON_EXECUTOR_TERMINATED',
    message: messages.length === 0 ? 'Executor terminated' : messages.join('; '),
    limitedResources: termination?.limitedResources,
  };
}
