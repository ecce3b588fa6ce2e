/**
 * Calls of executors over the v1 executor API, and the ends of their containers.
 *
 * In: executor.subscribe, executor.call, executor.closed, container.failed, container.exited
 * Out: event, close, answer, updates
 */

import type * as executorApi from '../../api/generated/executor';
import type * as mesos from '../../api/generated/mesos';
import { note } from '../../model/machine';
import { isTerminal } from '../../model/task-state';
import type { Termination } from './container-spec';
import { drainStatus } from './drain';
import { endDrain } from './drained';
import type { EventOf } from './events';
import { completeExecutor, stoppedWhenNoneAlive } from './executors';
import { endQueued, failQueued } from './launch';
import { dropUndelivered } from './resubscription';
import { type AgentState, count, type Executor, findContainer } from './state';
import type { Turn } from './turn';
import { type AgentUpdate, addUpdate, queue } from './updates';

function executorOf(state: AgentState, call: executorApi.Call): Executor | undefined {
  return state.frameworks.get(call.framework_id.value)?.executors.get(call.executor_id.value);
}

/** The refusal of a call of an unknown framework or executor. */
export function missingError(state: AgentState, call: executorApi.Call): string | undefined {
  if (!state.frameworks.has(call.framework_id.value)) return 'Framework cannot be found';
  return executorOf(state, call) ? undefined : 'Executor cannot be found';
}

/** An executor subscribes and gets its queued tasks. Its unacknowledged updates are handled first. */
export function subscribed(turn: Turn, { stream, call }: EventOf<'executor.subscribe'>): void {
  const { state, effects } = turn;
  const executor = executorOf(state, call);
  const framework = state.frameworks.get(call.framework_id.value);
  if (state.recovery === 'containers')
    return void effects.push({ kind: 'close', stream, reason: 'the agent recovers' });
  if (!executor || !framework || executor.state === 'terminated' || executor.state === 'terminating') {
    effects.push({ kind: 'event', stream, event: { type: 'SHUTDOWN' } });
    effects.push({ kind: 'close', stream, reason: 'the executor is not wanted' });
    return;
  }
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
  for (const { status } of call.subscribe?.unacknowledged_updates ?? []) handleUpdate(turn, executor, status);
  dropUndelivered(turn, executor, call.subscribe?.unacknowledged_tasks ?? []);
  launchQueued(turn, executor, stream);
}

function launchQueued({ effects }: Turn, executor: Executor, stream: string): void {
  const waiting = [...executor.queued];
  executor.queued.clear();
  for (const [taskId, info] of waiting) {
    executor.tasks.set(taskId, { info, state: 'TASK_STAGING', statuses: [] });
    effects.push({ kind: 'event', stream, event: { type: 'LAUNCH', launch: { task: info } } });
  }
}

const NOT_RECOVERED = 'Agent has not finished recovery';

/** The refusal of every call, whose executor comes again, until the containers of an earlier run are known. */
export function recoveryError(state: AgentState | undefined): string | undefined {
  if (!state) return NOT_RECOVERED;
  return state.phase === 'recovering' && state.recovery !== 'executors' ? NOT_RECOVERED : undefined;
}

/** Every call but SUBSCRIBE. */
export function called(turn: Turn, { request, call }: EventOf<'executor.call'>): void {
  const { state, effects } = turn;
  const answer = (status: number, text?: string): void =>
    void effects.push({ kind: 'answer', request, status, ...(text !== undefined && { text }) });
  if (call.type === 'HEARTBEAT') return answer(202);
  if (state.phase === 'recovering') return answer(503, NOT_RECOVERED);
  const executor = executorOf(state, call);
  if (!executor) return answer(400, missingError(state, call));
  if (executor.stream === undefined) return answer(403, 'Executor is not subscribed');
  if (call.type === 'UPDATE' && call.update) {
    answer(202);
    handleUpdate(turn, executor, call.update.status);
  } else if (call.type === 'MESSAGE') {
    answer(202);
    toFramework(turn, executor, call.message?.data ?? '');
  } else answer(501, `Call ${call.type} is not supported`);
}

/** Passes a message of the executor on to the master, without a guarantee. */
function toFramework({ state, effects }: Turn, executor: Executor, data: string): void {
  if (state.master === undefined || state.agentId === undefined) return;
  const message = {
    slave_id: { value: state.agentId },
    framework_id: { value: executor.frameworkId },
    executor_id: { value: executor.id },
    data,
  };
  effects.push({
    kind: 'send',
    to: state.master,
    name: 'mesos.internal.ExecutorToFrameworkMessage',
    message,
  });
}

/** Passes a message on to an executor that is subscribed. */
export function toExecutor({ state, effects }: Turn, { message }: EventOf<'master.message'>): void {
  const { framework_id, executor_id, data } = message;
  const stream = state.frameworks.get(framework_id.value)?.executors.get(executor_id.value)?.stream;
  if (stream !== undefined)
    effects.push({ kind: 'event', stream, event: { type: 'MESSAGE', message: { data } } });
}

/**
 * Handles an executor's update: it is acknowledged to the executor at once, and delivered until the framework
 * acknowledges it.
 */
function handleUpdate(turn: Turn, executor: Executor, reported: mesos.TaskStatus): void {
  const { state, now, effects } = turn;
  const task = executor.tasks.get(reported.task_id.value);
  const stamped: mesos.TaskStatus = { ...reported, source: 'SOURCE_EXECUTOR', timestamp: now / 1000 };
  const status = drainStatus(state, executor.frameworkId, stamped);
  if (executor.stream !== undefined && reported.uuid !== undefined) {
    const acknowledged = { task_id: reported.task_id, uuid: reported.uuid };
    effects.push({ kind: 'event', stream: executor.stream, event: { type: 'ACKNOWLEDGED', acknowledged } });
  }
  const ending = state.frameworks.get(executor.frameworkId)?.terminating;
  // The first terminal update is the last one of a task, and others are acknowledged to the executor alone.
  if (ending || !task || isTerminal(task.state)) {
    count(state, 'slave/invalid_status_updates');
    return;
  }
  count(state, 'slave/valid_status_updates');
  if (isTerminal(status.state)) countEnd(state, status.state);
  task.state = status.state;
  const { frameworkId, id: executorId } = executor;
  queue(turn, { frameworkId, executorId, status, latest: task.state });
}

function countEnd(state: AgentState, end: string): void {
  count(state, `slave/tasks_${end.slice('TASK_'.length).toLowerCase()}`);
}

/** The stream of an executor broke; the end of its container is another event. */
export function streamClosed({ state }: Turn, event: EventOf<'executor.closed'>): void {
  for (const { executors } of state.frameworks.values()) {
    for (const executor of executors.values())
      if (executor.stream === event.stream) executor.stream = undefined;
  }
}

/** The container runs; its executor subscribes by itself. */
export function launched(turn: Turn, { containerId }: EventOf<'container.launched'>): void {
  note(turn, 'debug', 'a container runs', { container: containerId });
}

/** The executor could not be started. */
export function launchFailed(turn: Turn, { containerId, reason }: EventOf<'container.failed'>): void {
  const { state } = turn;
  const executor = findContainer(state, containerId);
  if (!executor) return;
  count(state, 'slave/container_launch_errors');
  executor.state = 'terminated';
  failQueued(turn, executor, 'REASON_CONTAINER_LAUNCH_FAILED', reason);
  complete(turn, executor);
}

/** The container of an executor has ended, and with it the tasks that had not ended before. */
export function containerExited(turn: Turn, { containerId, termination }: EventOf<'container.exited'>): void {
  const { state } = turn;
  const executor = findContainer(state, containerId);
  if (!executor) return;
  const isStopping = executor.state === 'terminating';
  executor.state = 'terminated';
  executor.stream = undefined;
  // No framework would acknowledge updates of one that is gone.
  if (state.frameworks.get(executor.frameworkId)?.terminating) executor.queued.clear();
  else endTasks(turn, executor, endOf(executor, isStopping, termination));
  complete(turn, executor);
}

/** The end of the tasks of an ended executor. */
type TaskEnd = Pick<AgentUpdate, 'state' | 'reason' | 'message'>;

/** The end that the container tells counts most, then the one that was expected of the executor. */
function endOf(executor: Executor, isStopping: boolean, termination: Termination | undefined): TaskEnd {
  const { pendingTermination: pending } = executor;
  const messages = [pending?.message, messageOf(termination, isStopping)].filter(Boolean);
  return {
    state: termination?.state ?? pending?.state ?? (isStopping ? 'TASK_KILLED' : 'TASK_FAILED'),
    reason: termination?.reason ?? pending?.reason ?? 'REASON_EXECUTOR_TERMINATED',
    message: messages.length === 0 ? 'Executor terminated' : messages.join('; '),
  };
}

function messageOf(termination: Termination | undefined, isStopping: boolean): string | undefined {
  if (!termination) return 'Abnormal executor termination: unknown container';
  if (termination.reason !== undefined) return termination.message;
  return isStopping ? undefined : `Executor terminated: ${termination.message}`;
}

/** Ends the tasks of an ended executor that had not ended before. */
function endTasks(turn: Turn, executor: Executor, end: TaskEnd): void {
  const { state } = turn;
  const { frameworkId, id: executorId } = executor;
  for (const taskId of [...executor.queued.keys()]) endQueued(executor, taskId, 'TASK_STAGING');
  for (const [taskId, task] of executor.tasks) {
    if (isTerminal(task.state)) continue;
    task.state = end.state;
    countEnd(state, end.state);
    addUpdate(turn, { frameworkId, executorId, taskId, ...end });
  }
}

function complete(turn: Turn, executor: Executor): void {
  completeExecutor(turn.state, executor);
  endDrain(turn.state);
  stoppedWhenNoneAlive(turn);
}
