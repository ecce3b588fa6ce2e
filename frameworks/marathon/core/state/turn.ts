/**
 * A turn is one step in the making: the state it changes, its effects, and the apps to settle before it ends.
 *
 * Durable before announced: an effect that others can see (a call that commits us, an event, an answer) is held until
 * the changes made before it are stored. While a store is in flight, further changes queue and go out as one commit.
 */

import type * as scheduler from '../../../../cluster/api/generated/scheduler';
import type { Turn as MachineTurn } from '../../../../cluster/model/machine';
import type { Millis } from '../../../../cluster/model/time';
import type { BusEvent, EventType } from '../../api/events';
import type { Answer, MarathonEffect } from './effects';
import type { MarathonState } from './state';
import { marathonTimers } from './timers';

export interface Turn extends MachineTurn<MarathonState, MarathonEffect> {
  /** Apps whose instances or definition changed in this step. */
  readonly touched: Set<string>;
}

export function startTurn(turn: Omit<Turn, 'touched'>): Turn {
  return { ...turn, touched: new Set() };
}

/** Ends the step: changes go to the store unless a store is in flight. */
export function endTurn(turn: Turn): void {
  const { outbox } = turn.state;
  if (outbox.inFlight === undefined && outbox.changes.size > 0) {
    const ticket = outbox.nextTicket++;
    const changes = [...outbox.changes].map(([name, value]) => ({ name, value }));
    outbox.changes.clear();
    outbox.inFlight = ticket;
    outbox.held = outbox.heldNext;
    outbox.heldNext = [];
    turn.effects.push({ kind: 'store', ticket, changes });
  }
}

/** The commit in flight is durable: the effects that waited for it go out. */
export function release(turn: Turn, ticket: number): void {
  const { outbox } = turn.state;
  if (outbox.inFlight !== ticket) return;
  outbox.inFlight = undefined;
  turn.effects.push(...outbox.held);
  outbox.held = [];
  if (outbox.changes.size === 0) {
    turn.effects.push(...outbox.heldNext);
    outbox.heldNext = [];
  }
}

/** Sets or, without a value, removes a stored variable. */
export function save(turn: Turn, name: string, value: unknown): void {
  turn.state.outbox.changes.set(name, value === undefined ? undefined : JSON.stringify(value));
}

/** Emits an effect once all changes made so far are durable. */
export function announce(turn: Turn, effect: MarathonEffect): void {
  const { outbox } = turn.state;
  if (outbox.changes.size > 0) outbox.heldNext.push(effect);
  else if (outbox.inFlight !== undefined) outbox.held.push(effect);
  else turn.effects.push(effect);
}

export function publish(turn: Turn, eventType: EventType, fields: Readonly<Record<string, unknown>>): void {
  const event: BusEvent = { ...fields, eventType, timestamp: isoTime(turn.now) };
  announce(turn, { kind: 'publish', event });
}

export function answer(turn: Turn, request: number, outcome: Answer): void {
  announce(turn, { kind: 'answer', request, answer: outcome });
}

/** A call that follows from stored changes. Dropped without a connection: reconciliation makes up for it. */
export function callDurable(turn: Turn, call: scheduler.Call): void {
  if (turn.state.session.connected) announce(turn, { kind: 'call', call: addressed(turn, call) });
}

/** A call that can be repeated or lost without harm. */
export function callNow(turn: Turn, call: scheduler.Call): void {
  if (turn.state.session.connected) turn.effects.push({ kind: 'call', call: addressed(turn, call) });
}

function addressed(turn: Turn, call: scheduler.Call): scheduler.Call {
  const id = turn.state.session.frameworkId;
  return id === undefined ? call : { framework_id: { value: id }, ...call };
}

export const { wake } = marathonTimers;

/** ISO 8601 in UTC with milliseconds, the form of every timestamp and version. */
export function isoTime(time: Millis): string {
  return new Date(time).toISOString();
}
