/**
 * Status updates, delivered at least once and in order (Mesos 1.11 task status update manager).
 *
 * The first update of each task's stream is with the master, and is sent again until the framework
 * acknowledges it.
 *
 * In: executor.call(UPDATE), master.acknowledge, woke(update)
 * Out: send, wake
 */

import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import { nextUuidBytes } from '../../../model/random';
import { isTerminal, type TaskState } from '../../../model/task-state';
import { ACKNOWLEDGED_MAX, keepAcknowledgement, keepUpdate } from '../checkpoint/keep';
import { completeTask } from '../executors/executors';
import { pidOf } from '../state/agent-info';
import type { EventOf } from '../state/events';
import {
  type AgentState,
  type Executor,
  newStream,
  RETRY_FIRST_MS,
  recordStatus,
  taskKey,
  type UpdateStream,
} from '../state/state';
import { type Timer, type Turn, wake } from '../state/turn';
import { endDrain } from './drained';

const RETRY_MAX_MS = 600_000;

/** An update whose source is the agent. */
export interface AgentUpdate {
  readonly frameworkId: string;
  readonly executorId: string;
  readonly taskId: string;
  readonly state: TaskState;
  readonly reason: mesos.TaskStatus.Reason;
  readonly message: string;
  readonly limitedResources?: readonly mesos.Resource[] | undefined;
}

export function addUpdate(turn: Turn, update: AgentUpdate): void {
  const status: mesos.TaskStatus = {
    task_id: { value: update.taskId },
    state: update.state,
    source: 'SOURCE_AGENT',
    reason: update.reason,
    message: update.message,
    executor_id: { value: update.executorId },
    uuid: nextUuidBytes(turn.state.random),
    timestamp: turn.now / 1000,
    limitation: update.limitedResources && { resources: update.limitedResources },
  };
  queue(turn, { ...update, status, latest: update.state });
}

export interface QueuedUpdate {
  readonly frameworkId: string;
  readonly executorId: string;
  readonly status: mesos.TaskStatus;
  readonly latest: TaskState;
}

/**
 * Adds an update to its task's stream; one with a known uuid changes nothing. An update of a framework that
 * is ending is dropped, since no framework would acknowledge it (slave.cpp of Mesos).
 */
export function queue(turn: Turn, { frameworkId, executorId, status, latest }: QueuedUpdate): void {
  const { state, now } = turn;
  if (state.frameworks.get(frameworkId)?.terminating) return;
  const taskId = status.task_id.value;
  const key = taskKey(frameworkId, taskId);
  const executor = state.frameworks.get(frameworkId)?.executors.get(executorId);
  const stream =
    state.streams.get(key) ?? newStream({ frameworkId, executorId, taskId, containerId: undefined });
  const uuid = status.uuid ?? nextUuidBytes(state.random);
  if (stream.received.has(uuid)) return;
  state.streams.set(key, stream);
  remember(stream, uuid);
  const agent_id = state.agentId === undefined ? undefined : { value: state.agentId };
  const live = executor?.state === 'terminated' ? undefined : executor;
  const shown = decorate(state, { ...status, agent_id: status.agent_id ?? agent_id }, live);
  const task = executor?.tasks.get(taskId);
  if (task) recordStatus(task, { ...shown, uuid });
  const update: internal.StatusUpdate = {
    framework_id: { value: frameworkId },
    executor_id: { value: executorId },
    slave_id: agent_id,
    status: { ...shown, uuid },
    timestamp: status.timestamp ?? now / 1000,
    uuid,
    latest_state: latest,
  };
  stream.pending.push(update);
  keepUpdate(state, stream, {
    containerId: task && executor?.checkpoint ? executor.containerId : undefined,
    update,
  });
  if (stream.pending.length === 1) send(turn, key, stream);
}

/**
 * Number of uuids that are kept: executors repeat only updates that were not acknowledged, which are never
 * far back.
 */
const RECEIVED_MAX = ACKNOWLEDGED_MAX;

function remember(stream: UpdateStream, uuid: string): void {
  stream.received.add(uuid);
  for (const oldest of stream.received) {
    if (stream.received.size <= RECEIVED_MAX) break;
    stream.received.delete(oldest);
  }
}

/**
 * Adds the id of the container with its networks, and the agent's own address when there are none. A nested container has those
 * of its executor, unless it tells others; its id and pid are known to its executor alone.
 */
function decorate(
  state: AgentState,
  status: mesos.TaskStatus,
  executor: Executor | undefined,
): mesos.TaskStatus {
  const reported = status.container_status;
  const containerStatus = executor?.containerStatus;
  const networks = [reported?.network_infos, containerStatus?.network_infos].find(
    (infos) => infos && infos.length > 0,
  );
  const network_infos = networks ?? [{ ip_addresses: [addressOf(state)] }];
  if (reported?.container_id) return { ...status, container_status: { ...reported, network_infos } };
  const container_id = executor && { value: executor.containerId };
  return {
    ...status,
    container_status: {
      ...containerStatus,
      ...reported,
      ...(container_id && { container_id }),
      network_infos,
    },
  };
}

function addressOf({ boot: { ip } }: AgentState): mesos.NetworkInfo.IPAddress {
  return { ip_address: ip, protocol: ip.includes(':') ? 'IPv6' : 'IPv4' };
}

function send(turn: Turn, key: string, stream: UpdateStream): void {
  const { state, now, effects } = turn;
  const [first] = stream.pending;
  if (!first || state.master === undefined) return;
  if (state.phase === 'disconnected' || state.phase === 'recovering') return;
  const latest = latestState(state, stream) ?? first.latest_state;
  const update: internal.StatusUpdate = { ...first, latest_state: latest };
  const retryAt = now + stream.retryMs;
  stream.retryMs = Math.min(RETRY_MAX_MS, stream.retryMs * 2);
  effects.push({
    kind: 'send',
    to: state.master,
    name: 'mesos.internal.StatusUpdateMessage',
    message: { update, pid: pidOf(state) },
  });
  wake(turn, { kind: 'update', taskKey: key }, retryAt);
}

function latestState(state: AgentState, stream: UpdateStream): TaskState | undefined {
  const executor = state.frameworks.get(stream.frameworkId)?.executors.get(stream.executorId);
  return executor?.tasks.get(stream.taskId)?.state;
}

/** Sends an unacknowledged update again. */
export function resend(turn: Turn, timer: Timer<'update'>): void {
  const stream = turn.state.streams.get(timer.taskKey);
  if (stream) send(turn, timer.taskKey, stream);
}

/** Sends unacknowledged updates again: all after a registration, or those of a framework that is back. */
export function resendAll(turn: Turn, frameworkId?: string): void {
  for (const [key, stream] of turn.state.streams) {
    if (frameworkId !== undefined && stream.frameworkId !== frameworkId) continue;
    stream.retryMs = RETRY_FIRST_MS;
    send(turn, key, stream);
  }
}

/** The framework has acknowledged the first update of a task, and the next one is sent. */
export function acknowledged(turn: Turn, { message }: EventOf<'master.acknowledge'>): void {
  const { state } = turn;
  const { framework_id, task_id, uuid } = message;
  const key = taskKey(framework_id.value, task_id.value);
  const stream = state.streams.get(key);
  const [first] = stream?.pending ?? [];
  if (!stream || first?.uuid !== uuid) return;
  keepAcknowledgement(state, stream);
  const task = state.frameworks
    .get(stream.frameworkId)
    ?.executors.get(stream.executorId)
    ?.tasks.get(stream.taskId);
  if (task) task.acknowledged = first;
  stream.pending.shift();
  stream.numbers.shift();
  stream.retryMs = RETRY_FIRST_MS;
  if (!isTerminal(first.status.state)) return send(turn, key, stream);
  state.streams.delete(key);
  completeTask(state, stream);
  endDrain(state);
}
