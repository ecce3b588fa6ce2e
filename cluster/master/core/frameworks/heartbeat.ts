/**
 * Heartbeats on the streams of schedulers and operators, by which they notice a broken connection.
 *
 * In: woke(heartbeat)      Out: event(HEARTBEAT), publish(HEARTBEAT), wake
 */

import type { Millis } from '../../../model/time';
import { isDriver, sendEvent } from '../scheduler-events/send-event';
import type { MasterEffect } from '../state/effects';
import type { MasterState } from '../state/state';

/** Mesos' DEFAULT_HEARTBEAT_INTERVAL. */
export const HEARTBEAT_MS = 15_000;

export const HEARTBEAT_TIMER = 'heartbeat';

/** Sends a heartbeat to each stream. Drivers have none: they watch their connection. */
export function heartbeat(state: MasterState, now: Millis): MasterEffect[] {
  const beats = [...state.frameworkByStream.values()]
    .flatMap((id) => state.frameworks.get(id) ?? [])
    .filter((framework) => !isDriver(framework))
    .flatMap((framework) => sendEvent(state, framework, { type: 'HEARTBEAT' }));
  const operators: MasterEffect[] =
    state.operators.size > 0 ? [{ kind: 'publish', event: { type: 'HEARTBEAT' } }] : [];
  return [...beats, ...operators, { kind: 'wake', timer: HEARTBEAT_TIMER, at: now + HEARTBEAT_MS }];
}
