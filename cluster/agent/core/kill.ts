/**
 * Kills of tasks, shutdowns of executors and frameworks, and the stop of the agent.
 *
 * In: master.killTask, master.shutdownFramework, master.shutdown, stop, unregister, woke(destroy ...)
 * Out: send(UnregisterSlave), event(KILL, SHUTDOWN), destroy, updates, stopped
 */

import type { Millis } from '../../model/time';
import type { AgentEffect } from './effects';
import type { EventOf } from './events';
import { beginShutdown, completeExecutor, completeFramework, stoppedWhenNoneAlive } from './executors';
import { endQueued } from './launch';
import {
  type AgentFramework,
  type AgentState,
  endDrain,
  findContainer,
  findExecutor,
  isPartitionAware,
  taskKey,
} from './state';
import { addUpdate } from './updates';

/** Kills a task. A task whose executor has not subscribed yet is killed here. */
export function killTask(state: AgentState, event: EventOf<'master.killTask'>): AgentEffect[] {
  if (event.from !== state.master) return [];
  const { framework_id, task_id, kill_policy } = event.message;
  const frameworkId = framework_id.value;
  const taskId = task_id.value;
  const executor = findExecutor(state, frameworkId, taskId);
  const update = { frameworkId, executorId: executor?.id ?? taskId, taskId, now: event.at };
  if (!executor) {
    if (state.streams.has(taskKey(frameworkId, taskId))) return [];
    const aware = isPartitionAware(state.frameworks.get(frameworkId));
    const taskState = aware ? 'TASK_DROPPED' : 'TASK_LOST';
    return addUpdate(state, {
      ...update,
      state: taskState,
      reason: 'REASON_EXECUTOR_TERMINATED',
      message: 'Cannot find executor',
    });
  }
  if (executor.queued.has(taskId)) {
    endQueued(executor, taskId, 'TASK_KILLED');
    executor.state = 'terminating';
    const reason = 'REASON_TASK_KILLED_DURING_LAUNCH';
    return [
      ...addUpdate(state, {
        ...update,
        state: 'TASK_KILLED',
        reason,
        message: 'A kill task message was received before the executor',
      }),
      { kind: 'destroy', containerId: executor.containerId },
    ];
  }
  if (executor.stream === undefined || executor.state !== 'running') return [];
  return [
    { kind: 'event', stream: executor.stream, event: { type: 'KILL', kill: { task_id, kill_policy } } },
  ];
}

/** The framework is gone: its executors end, and their updates are dropped. */
export function shutdownFramework(
  state: AgentState,
  event: EventOf<'master.shutdownFramework'>,
): AgentEffect[] {
  if (event.from !== state.master) return [];
  dropStreams(state, event.frameworkId);
  const framework = state.frameworks.get(event.frameworkId);
  if (framework) return endFramework(state, framework, event.at);
  endDrain(state);
  return [];
}

function dropStreams(state: AgentState, frameworkId: string): void {
  for (const [key, stream] of state.streams)
    if (stream.frameworkId === frameworkId) state.streams.delete(key);
}

function endFramework(state: AgentState, framework: AgentFramework, now: Millis): AgentEffect[] {
  framework.terminating = true;
  dropStreams(state, framework.id);
  const effects = [...framework.executors.values()].flatMap((executor) =>
    beginShutdown(state, executor, now),
  );
  for (const executor of [...framework.executors.values()]) {
    completeExecutor(state, executor);
  }
  completeFramework(state, framework);
  endDrain(state);
  return effects;
}

/** The framework wants one executor to end. */
export function shutdownExecutor(
  state: AgentState,
  event: EventOf<'master.shutdownExecutor'>,
): AgentEffect[] {
  const { framework_id, executor_id } = event.message;
  const executor = state.frameworks.get(framework_id?.value ?? '')?.executors.get(executor_id?.value ?? '');
  return executor && event.from === state.master ? beginShutdown(state, executor, event.at) : [];
}

/** Destroys an executor that did not end by itself in time. The timer is named `destroy <container>`. */
export function shutdownTimedOut(state: AgentState, timer: string): AgentEffect[] {
  const executor = findContainer(state, timer.slice('destroy '.length));
  return executor?.state === 'terminating' ? [{ kind: 'destroy', containerId: executor.containerId }] : [];
}

/** Ends everything: no task stays behind when the agent ends. */
export function stop(state: AgentState, event: EventOf<'stop'>): AgentEffect[] {
  if (state.phase === 'stopping') return [];
  state.phase = 'stopping';
  const effects = [...state.frameworks.values()].flatMap(({ executors }) =>
    [...executors.values()].flatMap((executor) => beginShutdown(state, executor, event.at)),
  );
  return [...effects, ...stoppedWhenNoneAlive(state)];
}

/**
 * Leaves the cluster. The master gets the message first and tells the frameworks that the tasks are lost, so
 * there are no updates from here (Mesos 1.11 src/slave/slave.cpp, `shutdown`).
 */
export function unregister(state: AgentState, event: EventOf<'unregister'>): AgentEffect[] {
  if (state.phase === 'stopping') return [];
  const { master, agentId } = state;
  const leave: AgentEffect[] = [];
  if (master !== undefined && agentId !== undefined) {
    const message = { slave_id: { value: agentId } };
    leave.push({ kind: 'send', to: master, name: 'mesos.internal.UnregisterSlaveMessage', message });
  }
  const text = leave.length > 0 ? 'unregistering and shutting down' : 'shutting down; no master to tell it';
  const fields = { agent: agentId, master };
  state.phase = 'stopping';
  const ends = [...state.frameworks.values()].flatMap((framework) =>
    endFramework(state, framework, event.at),
  );
  return [{ kind: 'note', level: 'info', text, fields }, ...leave, ...ends, ...stoppedWhenNoneAlive(state)];
}

/** The master sends the agent away. */
export function shutdown(state: AgentState, event: EventOf<'master.shutdown'>): AgentEffect[] {
  if (event.from !== state.master) return [];
  const fields = { master: event.from, message: event.message };
  if (state.phase !== 'stopping')
    state.dismissed = { message: event.message, admitted: state.phase === 'running' };
  return [
    { kind: 'note', level: 'error', text: 'the master told this agent to shut down', fields },
    ...stop(state, { kind: 'stop', at: event.at }),
  ];
}
