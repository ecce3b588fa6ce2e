/**
 * Events for a framework: on its stream, or as messages to its driver.
 *
 * Out: event, send
 * Always true: every event sent is counted in the metrics of its framework.
 */

import type { Event } from '../../../api/generated/scheduler';
import { countType, type Framework } from '../state/state';
import { emit, type Turn } from '../state/turn';
import { driverMessage } from './driver-messages';

/** Sends an event to a framework; a disconnected or unknown one gets nothing. */
export function sendEvent(turn: Turn, framework: Framework | undefined, event: Event): void {
  const { state } = turn;
  if (framework?.stream === undefined) return;
  countType(framework, 'events', event.type ?? 'UNKNOWN');
  if (!isDriver(framework)) return emit(turn, { kind: 'event', stream: framework.stream, event });
  const message = driverMessage(state, framework.stream, event);
  if (message) emit(turn, message);
}

/** True when a framework is connected by a driver: its stream is then the driver's pid. */
export function isDriver({ stream, pid }: Framework): boolean {
  return stream !== undefined && stream === pid;
}
