/**
 * The subscription at the agent: it is repeated while the agent is away, and given up after the recovery timeout.
 *
 * In: agent.subscribed, agent.disconnected, woke(subscribe)
 * Out: subscribe, wake, signal, exit
 */

import { note } from '../../model/machine';
import type { EventOf } from './events';
import { exit } from './task';
import { type Turn, wake } from './turn';

const RECONNECT_MS = 500;

/** The subscription succeeded; it carried the updates that the agent had not acknowledged. */
export function subscribed({ state }: Turn, event: EventOf<'agent.subscribed'>): void {
  state.connected = true;
  state.disconnectedAt = undefined;
  state.framework = event.subscribed.framework_info;
}

export function disconnected(turn: Turn, { reason }: EventOf<'agent.disconnected'>): void {
  const { state, now, effects } = turn;
  state.connected = false;
  state.disconnectedAt ??= now;
  if (now - state.disconnectedAt <= state.boot.recoveryTimeoutMs)
    return wake(turn, { kind: 'subscribe' }, now + RECONNECT_MS);
  note(turn, 'error', 'the agent did not come back', { reason });
  effects.push({ kind: 'signal', signal: 'SIGKILL' });
  exit(turn);
}

/** Subscribes again with the updates that the agent may have missed. */
export function resubscribe({ state, effects }: Turn): void {
  if (state.connected) return;
  const tasks = state.task ? [state.task] : [];
  effects.push({ kind: 'subscribe', tasks, updates: [...state.unacknowledged.values()] });
}
