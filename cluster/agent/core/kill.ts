/**
 * Kills of tasks, shutdowns of executors and frameworks, and the stop of the agent.
 *
 * In: master.killTask, master.shutdownFramework, master.shutdown, stop, unregister, woke(destroy)
 * Out: send(UnregisterSlave), event(KILL, SHUTDOWN), destroy, updates, stopped
 */

import type { KillTaskMessage } from '../../api/generated/internal';
import { note } from '../../model/machine';
import { endDrain } from './drained';
import type { EventOf } from './events';
import { beginShutdown, completeExecutor, completeFramework, stoppedWhenNoneAlive } from './executors';
import { endQueued } from './launch';
import {
  type AgentFramework,
  type AgentState,
  type Executor,
  findContainer,
  findExecutor,
  isPartitionAware,
  taskKey,
} from './state';
import type { Timer, Turn } from './turn';
import { addUpdate } from './updates';

/** Kills a task. A task whose executor has not subscribed yet is killed here. */
export function killTask(turn: Turn, { framework_id, task_id, kill_policy }: KillTaskMessage): void {
  const { state, effects } = turn;
  const frameworkId = framework_id.value;
  const taskId = task_id.value;
  const executor = findExecutor(state, frameworkId, taskId);
  if (!executor) return reportMissing(turn, frameworkId, taskId);
  if (executor.queued.has(taskId)) return killQueued(turn, executor, taskId);
  const { stream } = executor;
  if (stream === undefined || executor.state !== 'running') return;
  effects.push({ kind: 'event', stream, event: { type: 'KILL', kill: { task_id, kill_policy } } });
}

/** Tells the framework that a task to kill is not here, unless the end of the task is still on its way. */
function reportMissing(turn: Turn, frameworkId: string, taskId: string): void {
  const { state } = turn;
  if (state.streams.has(taskKey(frameworkId, taskId))) return;
  addUpdate(turn, {
    frameworkId,
    executorId: taskId,
    taskId,
    state: isPartitionAware(state.frameworks.get(frameworkId)) ? 'TASK_DROPPED' : 'TASK_LOST',
    reason: 'REASON_EXECUTOR_TERMINATED',
    message: 'Cannot find executor',
  });
}

function killQueued(turn: Turn, executor: Executor, taskId: string): void {
  const { id: executorId, frameworkId, containerId } = executor;
  endQueued(executor, taskId, 'TASK_KILLED');
  executor.state = 'terminating';
  addUpdate(turn, {
    frameworkId,
    executorId,
    taskId,
    state: 'TASK_KILLED',
    reason: 'REASON_TASK_KILLED_DURING_LAUNCH',
    message: 'A kill task message was received before the executor',
  });
  turn.effects.push({ kind: 'destroy', containerId });
}

/** The framework is gone: its executors end, and their updates are dropped. */
export function shutdownFramework(turn: Turn, event: EventOf<'master.shutdownFramework'>): void {
  const { state } = turn;
  dropStreams(state, event.frameworkId);
  const framework = state.frameworks.get(event.frameworkId);
  if (framework) endFramework(turn, framework);
  else endDrain(state);
}

function dropStreams(state: AgentState, frameworkId: string): void {
  for (const [key, stream] of state.streams)
    if (stream.frameworkId === frameworkId) state.streams.delete(key);
}

function endFramework(turn: Turn, framework: AgentFramework): void {
  const { state } = turn;
  framework.terminating = true;
  dropStreams(state, framework.id);
  for (const executor of framework.executors.values()) beginShutdown(turn, executor);
  for (const executor of [...framework.executors.values()]) completeExecutor(state, executor);
  completeFramework(state, framework);
  endDrain(state);
}

/** The framework wants one executor to end. */
export function shutdownExecutor(turn: Turn, { message }: EventOf<'master.shutdownExecutor'>): void {
  const { framework_id, executor_id } = message;
  const framework = turn.state.frameworks.get(framework_id?.value ?? '');
  const executor = framework?.executors.get(executor_id?.value ?? '');
  if (executor) beginShutdown(turn, executor);
}

/** Destroys an executor that did not end by itself in time. */
export function shutdownTimedOut({ state, effects }: Turn, { containerId }: Timer<'destroy'>): void {
  if (findContainer(state, containerId)?.state === 'terminating')
    effects.push({ kind: 'destroy', containerId });
}

/** Ends everything: no task stays behind when the agent ends. */
export function stop(turn: Turn): void {
  const { state } = turn;
  if (state.phase === 'stopping') return;
  state.phase = 'stopping';
  for (const { executors } of state.frameworks.values())
    for (const executor of executors.values()) beginShutdown(turn, executor);
  stoppedWhenNoneAlive(turn);
}

/**
 * Leaves the cluster. The master gets the message first and tells the frameworks that the tasks are lost, so
 * there are no updates from here (Mesos 1.11 src/slave/slave.cpp, `shutdown`).
 */
export function unregister(turn: Turn): void {
  const { state, effects } = turn;
  if (state.phase === 'stopping') return;
  const { master, agentId } = state;
  const fields = { agent: agentId, master };
  if (master !== undefined && agentId !== undefined) {
    note(turn, 'info', 'unregistering and shutting down', fields);
    const message = { slave_id: { value: agentId } };
    effects.push({ kind: 'send', to: master, name: 'mesos.internal.UnregisterSlaveMessage', message });
  } else note(turn, 'info', 'shutting down; no master to tell it', fields);
  state.phase = 'stopping';
  for (const framework of [...state.frameworks.values()]) endFramework(turn, framework);
  stoppedWhenNoneAlive(turn);
}

/** The master sends the agent away. */
export function shutdown(turn: Turn, { from, message }: EventOf<'master.shutdown'>): void {
  const { state } = turn;
  if (state.phase !== 'stopping') state.dismissed = { message, admitted: state.phase === 'running' };
  note(turn, 'error', 'the master told this agent to shut down', { master: from, message });
  stop(turn);
}
