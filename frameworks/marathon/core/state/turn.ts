/** A turn is one step in the making: the state it changes, its effects, and the apps to settle before it ends. */

import type { Turn as MachineTurn } from '../../../../cluster/model/machine';
import type { Millis } from '../../../../cluster/model/time';
import { announce } from '../../../kit/core/turn/outbox';
import type { BusEvent, EventType } from '../../api/events';
import type { MarathonEffect } from './effects';
import type { MarathonState } from './state';
import { marathonTimers } from './timers';

export interface Turn extends MachineTurn<MarathonState, MarathonEffect> {
  /** Apps whose instances or definition changed in this step. */
  readonly touched: Set<string>;
}

export function startTurn(turn: Omit<Turn, 'touched'>): Turn {
  return { ...turn, touched: new Set() };
}

export function publish(turn: Turn, eventType: EventType, fields: Readonly<Record<string, unknown>>): void {
  const event: BusEvent = { ...fields, eventType, timestamp: isoTime(turn.now) };
  announce(turn, { kind: 'publish', event });
}

export const { wake } = marathonTimers;

/** ISO 8601 in UTC with milliseconds, the form of every timestamp and version. */
export function isoTime(time: Millis): string {
  return new Date(time).toISOString();
}
