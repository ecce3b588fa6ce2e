/**
 * Heartbeats on the streams of schedulers and operators, by which they notice a broken connection.
 *
 * In: woke(heartbeat)      Out: event(HEARTBEAT), publish(HEARTBEAT), wake
 */

import { isDriver, sendEvent } from '../scheduler-events/send-event';
import { emit, type Turn, wake } from '../state/turn';

/** Mesos' DEFAULT_HEARTBEAT_INTERVAL. */
export const HEARTBEAT_MS = 15_000;

/** Sends a heartbeat to each stream. Drivers have none: they watch their connection. */
export function heartbeat(turn: Turn): void {
  const { state, now } = turn;
  for (const id of [...state.frameworkByStream.values()]) {
    const framework = state.frameworks.get(id);
    if (framework && !isDriver(framework)) sendEvent(turn, framework, { type: 'HEARTBEAT' });
  }
  if (state.operators.size > 0) emit(turn, { kind: 'publish', event: { type: 'HEARTBEAT' } });
  wake(turn, { kind: 'heartbeat' }, now + HEARTBEAT_MS);
}
