/** A turn is one step in the making: the state it changes, its effects, and the apps to settle before it ends. */

import type { Turn as MachineTurn } from '../../../../cluster/model/machine';
import type { Millis } from '../../../../cluster/model/time';
import { announce } from '../../../kit/core/turn/outbox';
import type { BusEvent, EventType } from '../../api/events';
import type { MarathonEffect } from './effects';
import type { Origin } from './events';
import type { MarathonState } from './state';
import { marathonTimers } from './timers';

export interface Turn extends MachineTurn<MarathonState, MarathonEffect> {
  /** Apps whose instances or definition changed in this step. */
  readonly touched: Set<string>;
  /** Apps that are settled on in a step of their own. */
  readonly postponed: Set<string>;
}

export const { wake } = marathonTimers;

export function startTurn(turn: Omit<Turn, 'touched' | 'postponed'>): Turn {
  return { ...turn, touched: new Set(), postponed: new Set() };
}

/** Ends the settling of an app for this step; another step goes on with it, so that others are not held up. */
export function postpone(turn: Turn, appId: string): void {
  turn.postponed.add(appId);
  wake(turn, { kind: 'settle', appId }, turn.now);
}

export function publish(turn: Turn, eventType: EventType, fields: Readonly<Record<string, unknown>>): void {
  announce(turn, { kind: 'publish', event: eventOf(turn, eventType, fields) });
}

/** Publishes the event of a request about a pod, whose id is no member of it. */
export function publishPod(
  turn: Turn,
  eventType: 'pod_created_event' | 'pod_updated_event' | 'pod_deleted_event',
  { clientIp, uri }: Origin,
  pod: string,
): void {
  announce(turn, { kind: 'publish', event: eventOf(turn, eventType, { clientIp, uri }), pod });
}

function eventOf(turn: Turn, eventType: EventType, fields: Readonly<Record<string, unknown>>): BusEvent {
  return { ...fields, eventType, timestamp: isoTime(turn.now) };
}

/** ISO 8601 in UTC with milliseconds, the form of every timestamp and version. */
export function isoTime(time: Millis): string {
  return new Date(time).toISOString();
}
