/**
 * Calls of executors over the v1 executor API, and the ends of their containers.
 *
 * In: executor.subscribe, executor.call, executor.closed, container.failed, container.exited
 * Out: event, close, answer, updates
 */

import type * as executorApi from '../../api/generated/executor';
import type * as mesos from '../../api/generated/mesos';
import { isTerminal } from '../../model/task-state';
import type { Millis } from '../../model/time';
import { drainStatus } from './drain';
import type { AgentEffect } from './effects';
import type { EventOf } from './events';
import { completeExecutor, stoppedWhenNoneAlive } from './executors';
import { failQueued } from './launch';
import { type AgentState, count, type Executor, endDrain, findContainer } from './state';
import { addUpdate, queue } from './updates';

function executorOf(state: AgentState, call: executorApi.Call): Executor | undefined {
  return state.frameworks.get(call.framework_id.value)?.executors.get(call.executor_id.value);
}

/** The refusal of a call of an unknown framework or executor. */
export function missingError(state: AgentState, call: executorApi.Call): string | undefined {
  if (!state.frameworks.has(call.framework_id.value)) return 'Framework cannot be found';
  return executorOf(state, call) ? undefined : 'Executor cannot be found';
}

/** An executor subscribes and gets its queued tasks. Its unacknowledged updates are handled first. */
export function subscribed(state: AgentState, event: EventOf<'executor.subscribe'>): AgentEffect[] {
  const { stream, call, at: now } = event;
  const executor = executorOf(state, call);
  const framework = state.frameworks.get(call.framework_id.value);
  if (!executor || !framework || executor.state === 'terminated' || executor.state === 'terminating') {
    return [
      { kind: 'event', stream, event: { type: 'SHUTDOWN' } },
      { kind: 'close', stream, reason: 'the executor is not wanted' },
    ];
  }
  const effects: AgentEffect[] = [];
  if (executor.stream !== undefined)
    effects.push({ kind: 'close', stream: executor.stream, reason: 'subscribed anew' });
  executor.stream = stream;
  executor.state = 'running';
  const welcome: executorApi.Event.Subscribed = {
    executor_info: executor.info,
    framework_info: framework.info,
    agent_info: {
      hostname: state.boot.hostname,
      port: state.boot.port,
      id: state.agentId === undefined ? undefined : { value: state.agentId },
    },
    container_id: { value: executor.containerId },
  };
  effects.push({ kind: 'event', stream, event: { type: 'SUBSCRIBED', subscribed: welcome } });
  for (const status of (call.subscribe?.unacknowledged_updates ?? []).map((update) => update.status)) {
    effects.push(...handleUpdate(state, executor, status, now));
  }
  return [...effects, ...launchQueued(executor, stream)];
}

function launchQueued(executor: Executor, stream: string): AgentEffect[] {
  const waiting = [...executor.queued];
  executor.queued.clear();
  return waiting.map(([taskId, info]) => {
    executor.tasks.set(taskId, { info, state: 'TASK_STAGING', statuses: [] });
    return { kind: 'event', stream, event: { type: 'LAUNCH', launch: { task: info } } };
  });
}

/** Every call but SUBSCRIBE. */
export function called(state: AgentState, event: EventOf<'executor.call'>): AgentEffect[] {
  const { request, call, at: now } = event;
  const answer = (status: number, text?: string): AgentEffect =>
    text === undefined ? { kind: 'answer', request, status } : { kind: 'answer', request, status, text };
  if (call.type === 'HEARTBEAT') return [answer(202)];
  const executor = executorOf(state, call);
  if (!executor) return [answer(400, missingError(state, call))];
  if (executor.stream === undefined) return [answer(403, 'Executor is not subscribed')];
  if (call.type === 'UPDATE' && call.update) {
    return [answer(202), ...handleUpdate(state, executor, call.update.status, now)];
  }
  if (call.type === 'MESSAGE')
    return [answer(202), ...toFramework(state, executor, call.message?.data ?? '')];
  return [answer(501, `Call ${call.type} is not supported`)];
}

/** Passes a message of the executor on to the master, without a guarantee. */
function toFramework(state: AgentState, executor: Executor, data: string): AgentEffect[] {
  if (state.master === undefined || state.agentId === undefined) return [];
  const message = {
    slave_id: { value: state.agentId },
    framework_id: { value: executor.frameworkId },
    executor_id: { value: executor.id },
    data,
  };
  return [{ kind: 'send', to: state.master, name: 'mesos.internal.ExecutorToFrameworkMessage', message }];
}

/** Passes a message on to an executor that is subscribed. */
export function toExecutor(state: AgentState, event: EventOf<'master.message'>): AgentEffect[] {
  const { framework_id, executor_id, data } = event.message;
  const stream = state.frameworks.get(framework_id.value)?.executors.get(executor_id.value)?.stream;
  return stream === undefined
    ? []
    : [{ kind: 'event', stream, event: { type: 'MESSAGE', message: { data } } }];
}

/**
 * Handles an executor's update: it is acknowledged to the executor at once, and delivered until the framework
 * acknowledges it.
 */
function handleUpdate(
  state: AgentState,
  executor: Executor,
  reported: mesos.TaskStatus,
  now: Millis,
): AgentEffect[] {
  const task = executor.tasks.get(reported.task_id.value);
  const stamped: mesos.TaskStatus = { ...reported, source: 'SOURCE_EXECUTOR', timestamp: now / 1000 };
  const status = drainStatus(state, executor.frameworkId, stamped);
  const effects: AgentEffect[] = [];
  if (executor.stream !== undefined && reported.uuid !== undefined) {
    const acknowledged = { task_id: reported.task_id, uuid: reported.uuid };
    effects.push({ kind: 'event', stream: executor.stream, event: { type: 'ACKNOWLEDGED', acknowledged } });
  }
  const ending = state.frameworks.get(executor.frameworkId)?.terminating;
  if (ending || !task || (isTerminal(task.state) && task.state !== reported.state)) {
    count(state, 'slave/invalid_status_updates');
    return effects;
  }
  count(state, 'slave/valid_status_updates');
  if (!isTerminal(task.state) && isTerminal(status.state)) countEnd(state, status.state);
  task.state = status.state;
  const { frameworkId, id: executorId } = executor;
  return [...effects, ...queue(state, { frameworkId, executorId, status, latest: task.state, now })];
}

function countEnd(state: AgentState, end: string): void {
  count(state, `slave/tasks_${end.slice('TASK_'.length).toLowerCase()}`);
}

/** The stream of an executor broke; the end of its container is another event. */
export function streamClosed(state: AgentState, event: EventOf<'executor.closed'>): AgentEffect[] {
  for (const { executors } of state.frameworks.values()) {
    for (const executor of executors.values())
      if (executor.stream === event.stream) executor.stream = undefined;
  }
  return [];
}

/** The executor could not be started. */
export function launchFailed(state: AgentState, event: EventOf<'container.failed'>): AgentEffect[] {
  const executor = findContainer(state, event.containerId);
  if (!executor) return [];
  count(state, 'slave/container_launch_errors');
  executor.state = 'terminated';
  const effects = failQueued(state, executor, 'REASON_CONTAINER_LAUNCH_FAILED', event.reason, event.at);
  completeExecutor(state, executor);
  endDrain(state);
  return [...effects, ...stoppedWhenNoneAlive(state)];
}

/** The container of an executor has ended, and with it the tasks that had not ended before. */
export function containerExited(state: AgentState, event: EventOf<'container.exited'>): AgentEffect[] {
  const executor = findContainer(state, event.containerId);
  if (!executor) return [];
  const stopping = executor.state === 'terminating';
  executor.state = 'terminated';
  executor.stream = undefined;
  const message = stopping ? 'Executor terminated' : `Executor terminated: ${event.text}`;
  if (state.frameworks.get(executor.frameworkId)?.terminating) return abandoned(state, executor);
  const effects = failQueued(state, executor, 'REASON_EXECUTOR_TERMINATED', message, event.at);
  for (const [taskId, task] of executor.tasks) {
    if (isTerminal(task.state)) continue;
    task.state = stopping ? 'TASK_KILLED' : 'TASK_FAILED';
    countEnd(state, task.state);
    effects.push(
      ...addUpdate(state, {
        frameworkId: executor.frameworkId,
        executorId: executor.id,
        taskId,
        state: task.state,
        reason: 'REASON_EXECUTOR_TERMINATED',
        message,
        now: event.at,
      }),
    );
  }
  completeExecutor(state, executor);
  endDrain(state);
  return [...effects, ...stoppedWhenNoneAlive(state)];
}

/** Completes an executor of a framework that is gone, without updates, as no framework would acknowledge them. */
function abandoned(state: AgentState, executor: Executor): AgentEffect[] {
  executor.queued.clear();
  completeExecutor(state, executor);
  endDrain(state);
  return stoppedWhenNoneAlive(state);
}
