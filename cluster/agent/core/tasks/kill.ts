/**
 * Kills of tasks, shutdowns of executors and frameworks, and the stop of the agent.
 *
 * In: master.killTask, master.shutdownFramework, master.shutdown, stop, unregister, woke(destroy)
 * Out: send(UnregisterSlave), event(KILL, SHUTDOWN), tell(KillTask, ShutdownExecutor), destroy, updates, stopped
 */

import type { KillTaskMessage } from '../../../api/generated/internal';
import { note } from '../../../model/machine';
import { stateFor } from '../../../model/task-state';
import {
  beginShutdown,
  completeExecutor,
  completeFramework,
  stoppedWhenNoneAlive,
} from '../executors/executors';
import { tellExecutor } from '../executors/tell-executor';
import type { EventOf } from '../state/events';
import {
  type AgentFramework,
  type AgentState,
  type Executor,
  findContainer,
  findExecutor,
  isPartitionAware,
  taskKey,
} from '../state/state';
import type { Timer, Turn } from '../state/turn';
import { endDrain } from './drained';
import { endTask, groupOf, isUseless } from './executor-tasks';
import { addUpdate } from './updates';

/**
 * Kills a task: by its executor, or here when that has not got it yet. Unlike the original, which ignores the kill of a task
 * in a framework that it does not know, the agent answers it: the launch may have been lost on the way.
 */
export function killTask(turn: Turn, { framework_id, task_id, kill_policy }: KillTaskMessage): void {
  const { state } = turn;
  const framework = state.frameworks.get(framework_id.value);
  if (framework?.terminating || state.phase === 'stopping')
    return note(turn, 'warn', 'ignored the kill of a task of a framework that ends', { task: task_id.value });
  const executor = framework && findExecutor(state, framework.id, task_id.value);
  if (!executor) return reportMissing(turn, framework_id.value, task_id.value);
  if (executor.state === 'terminating' || executor.state === 'terminated') return;
  if (executor.queued.has(task_id.value)) return killQueued(turn, executor, task_id.value);
  tellExecutor(turn, executor, { type: 'KILL', kill: { task_id, kill_policy } });
}

/** Tells the framework that a task to kill is not here, unless the end of the task is still on its way. */
function reportMissing(turn: Turn, frameworkId: string, taskId: string): void {
  const { state } = turn;
  if (state.streams.has(taskKey(frameworkId, taskId))) return;
  addUpdate(turn, {
    frameworkId,
    executorId: taskId,
    taskId,
    state: stateFor(isPartitionAware(state.frameworks.get(frameworkId)), 'TASK_DROPPED'),
    reason: 'REASON_EXECUTOR_TERMINATED',
    message: 'Cannot find executor',
  });
}

/** Kills a task that its executor does not have yet, with its whole group; an executor without any other is ended. */
function killQueued(turn: Turn, executor: Executor, taskId: string): void {
  const group = groupOf(executor, taskId)?.tasks;
  const isNew = executor.state === 'registering';
  const message =
    group && isNew
      ? 'A task within the task group was killed before delivery to the executor'
      : 'Killed before delivery to the executor';
  for (const id of group?.map(({ task_id }) => task_id.value) ?? [taskId])
    endTask(turn, executor, id, {
      state: 'TASK_KILLED',
      reason: 'REASON_TASK_KILLED_DURING_LAUNCH',
      message,
    });
  if (isUseless(executor)) beginShutdown(turn, executor);
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

/** The end of tasks that a stop of the agent leaves no time to end by themselves. */
const STOPPED = {
  status: undefined,
  state: 'TASK_KILLED',
  reason: 'REASON_EXECUTOR_TERMINATED',
  message: 'The agent was stopped',
} as const;

/** Ends everything: no task stays behind when the agent ends. */
export function stop(turn: Turn): void {
  const { state } = turn;
  if (state.phase === 'stopping') return;
  state.phase = 'stopping';
  for (const { executors } of state.frameworks.values()) {
    for (const executor of executors.values()) {
      executor.pendingTermination ??= STOPPED;
      beginShutdown(turn, executor);
    }
  }
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
