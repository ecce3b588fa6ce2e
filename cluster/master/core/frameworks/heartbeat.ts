/**
 * Heartbeats for schedulers and operators, so that a silent connection is known to be broken.
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

/** Every framework with a stream hears that we are alive; a driver watches its connection. */
export function heartbeat(state: MasterState, now: Millis): MasterEffect[] {
  const beats = [...state.frameworkByStream.values()]
    .flatMap((id) => state.frameworks.get(id) ?? [])
    .filter((framework) => !isDriver(framework))
    .flatMap((framework) => sendEvent(state, framework, { type: 'HEARTBEAT' }));
  const operators: MasterEffect[] =
    state.operators.size > 0 ? [{ kind: 'publish', event: { type: 'HEARTBEAT' } }] : [];
  return [...beats, ...operators, { kind: 'wake', timer: HEARTBEAT_TIMER, at: now + HEARTBEAT_MS }];
}
