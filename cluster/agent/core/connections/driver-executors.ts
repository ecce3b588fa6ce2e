/**
 * Executors on old drivers, which speak libprocess messages (Mesos 1.11 src/exec/exec.cpp, and src/slave/slave.cpp).
 *
 * Always true: an executor is bound to the address from which it has registered. Messages from other addresses change
 * nothing, and an address that is not expected is told to shut down.
 *
 * In: driver.register, driver.reregister, driver.update, driver.message, woke(reconnect)
 * Out: link, tell, updates, update, wake
 */

import type * as mesos from '../../../api/generated/mesos';
import { note } from '../../../model/machine';
import { keepExecutor } from '../checkpoint/keep';
import { toFramework } from '../executors/executor-messages';
import { tellExecutor } from '../executors/tell-executor';
import { slaveInfo } from '../state/agent-info';
import type { EventOf } from '../state/events';
import { type AgentState, count, type Executor } from '../state/state';
import { type Turn, wake } from '../state/turn';
import { handleUpdate } from '../tasks/executor-updates';
import { wantedExecutor, welcome } from './executor-arrival';

/** A new executor registers. */
export function registerExecutor(turn: Turn, { from, message }: EventOf<'driver.register'>): void {
  const { state, effects } = turn;
  const wanted = wantedExecutor(state, message.framework_id.value, message.executor_id.value);
  const isExpected = state.phase !== 'recovering' && wanted?.executor.pid === undefined;
  if (wanted?.executor.state !== 'registering' || !isExpected)
    return sendAway(turn, from, message.executor_id.value);
  const { framework, executor } = wanted;
  executor.pid = from;
  keepExecutor(state, framework, executor);
  effects.push({ kind: 'link', to: from });
  const subscribed = {
    executor_info: executor.info,
    framework_info: framework.info,
    agent_info: slaveInfo(state),
  };
  const greet = (): void => tellExecutor(turn, executor, { type: 'SUBSCRIBED', subscribed });
  welcome(turn, { framework, executor, luggage: { tasks: [], updates: [] }, greet });
}

/** An executor registers again after a restart of the agent, which has asked it to. */
export function reregisterExecutor(turn: Turn, { from, message }: EventOf<'driver.reregister'>): void {
  const { state, effects } = turn;
  const wanted = wantedExecutor(state, message.framework_id.value, message.executor_id.value);
  if (wanted?.executor.state === 'running' && wanted.executor.pid === from && retriesReconnecting(state))
    return;
  if (wanted?.executor.state !== 'registering' || (wanted.executor.pid ?? from) !== from)
    return sendAway(turn, from, message.executor_id.value);
  const { framework, executor } = wanted;
  executor.pid = from;
  effects.push({ kind: 'link', to: from });
  const greet = (): void => {
    const greeting = { slave_id: { value: state.agentId ?? '' }, slave_info: slaveInfo(state) };
    effects.push({
      kind: 'tell',
      to: from,
      name: 'mesos.internal.ExecutorReregisteredMessage',
      message: greeting,
    });
  };
  const updates = (message.updates ?? []).map(({ status, uuid }) => ({
    ...status,
    uuid: uuid ?? status.uuid,
  }));
  welcome(turn, { framework, executor, luggage: { tasks: message.tasks ?? [], updates }, greet });
}

function sendAway(turn: Turn, from: string, executor: string): void {
  note(turn, 'warn', 'shutting down an executor that is not expected', { executor, from });
  turn.effects.push({ kind: 'tell', to: from, name: 'mesos.internal.ShutdownExecutorMessage', message: {} });
}

/** An update by message. Only the executor that is bound to the sender's address has a say. */
export function driverUpdate(turn: Turn, { from, message }: EventOf<'driver.update'>): void {
  const { framework_id, slave_id, status, uuid = status.uuid } = message.update;
  const executor = boundExecutor(turn, framework_id.value, from);
  const isOurs = slave_id?.value === turn.state.agentId;
  if (!executor || uuid === undefined || !isOurs) return refuse(turn, status, from);
  handleUpdate(turn, executor, { ...status, uuid });
}

function refuse(turn: Turn, { task_id }: mesos.TaskStatus, from: string): void {
  count(turn.state, 'slave/invalid_status_updates');
  const text = 'ignored an update of a sender that is no executor of the framework here, or without an id';
  note(turn, 'warn', text, { task: task_id.value, from });
}

/** A message for the framework. */
export function driverMessage(turn: Turn, { from, message }: EventOf<'driver.message'>): void {
  const executor = boundExecutor(turn, message.framework_id.value, from);
  if (executor?.id === message.executor_id.value) toFramework(turn, executor, message.data);
  else count(turn.state, 'slave/invalid_framework_messages');
}

/** The executor of a framework that has registered from this address. */
function boundExecutor({ state }: Turn, frameworkId: string, from: string): Executor | undefined {
  for (const executor of state.frameworks.get(frameworkId)?.executors.values() ?? [])
    if (executor.pid === from && executor.state !== 'terminated') return executor;
  return undefined;
}

/** Asks the executors that have outlived the agent to register again; once more after a while, when that is configured. */
export function reconnectExecutors(turn: Turn): void {
  const { state, now, effects } = turn;
  let isAwaited = false;
  for (const { executors } of state.frameworks.values()) {
    for (const { pid, state: life } of executors.values()) {
      if (pid === undefined || life !== 'registering') continue;
      isAwaited = true;
      effects.push({ kind: 'link', to: pid });
      effects.push({
        kind: 'tell',
        to: pid,
        name: 'mesos.internal.ReconnectExecutorMessage',
        message: { slave_id: { value: state.agentId ?? '' } },
      });
    }
  }
  const retryMs = state.boot.settings.executorReregistrationRetryMs;
  if (isAwaited && retryMs !== undefined) wake(turn, { kind: 'reconnect' }, now + retryMs);
}

/** True when executors are asked more than once, and may answer more than once. */
function retriesReconnecting({ boot }: AgentState): boolean {
  return boot.settings.executorReregistrationRetryMs !== undefined;
}
