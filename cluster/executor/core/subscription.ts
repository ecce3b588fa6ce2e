/**
 * The subscription at the agent: it is repeated while the agent is away, and given up after the recovery timeout.
 *
 * In: agent.subscribed, agent.disconnected, resumed, woke(subscribe)
 * Out: subscribe, update, adopt, wake, signal, exit
 */

import { note } from '../../model/machine';
import { scheduleChecks } from './checks';
import type { EventOf } from './events';
import { enforceKill } from './kill';
import { leaveWhenDone } from './leave';
import type { ExecutorTask } from './task';
import { type Turn, wake } from './turn';

const RECONNECT_MS = 500;

/** The subscription succeeded; it carried the updates that the agent had not acknowledged. Later ones follow now. */
export function subscribed({ state, effects }: Turn, event: EventOf<'agent.subscribed'>): void {
  state.connected = true;
  state.disconnectedAt = undefined;
  state.framework = event.subscribed.framework_info;
  const later = [...state.unacknowledged.values()].slice(state.carried);
  for (const status of later) effects.push({ kind: 'update', status });
}

export function disconnected(turn: Turn, { reason }: EventOf<'agent.disconnected'>): void {
  const { state, now, effects } = turn;
  state.connected = false;
  state.disconnectedAt ??= now;
  if (now - state.disconnectedAt <= state.boot.recoveryTimeoutMs)
    return wake(turn, { kind: 'subscribe' }, now + RECONNECT_MS);
  note(turn, 'error', 'the agent did not come back', { reason });
  for (const taskId of state.tasks.keys()) effects.push({ kind: 'signal', taskId, signal: 'SIGKILL' });
  effects.push({ kind: 'exit' });
}

/** Subscribes again with the tasks and updates that the agent may have missed. */
export function resubscribe({ state, effects }: Turn): void {
  if (state.connected) return;
  const unacknowledged = [...state.tasks.values()].filter(({ acknowledged }) => !acknowledged);
  const tasks = unacknowledged.map(({ info }) => info);
  state.carried = state.unacknowledged.size;
  effects.push({ kind: 'subscribe', tasks, updates: [...state.unacknowledged.values()] });
}

/** Takes the tasks of an earlier run over: their containers, the kills under way, their deadlines and checks. */
export function resume(turn: Turn): void {
  const { state } = turn;
  for (const task of state.tasks.values()) resumeTask(turn, task);
  if (state.launches > 0) leaveWhenDone(turn);
  resubscribe(turn);
}

function resumeTask(turn: Turn, task: ExecutorTask): void {
  const { info, containerId = '', completionAt } = task;
  const taskId = info.task_id.value;
  turn.effects.push({ kind: 'adopt', taskId, containerId });
  if (completionAt !== undefined) wake(turn, { kind: 'completion', taskId }, completionAt);
  // SIGTERM may not have been sent before the end of the earlier run.
  enforceKill(turn, task);
  scheduleChecks(turn, task);
}
