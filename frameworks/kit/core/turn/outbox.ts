/**
 * The outbox: changes for the store, and the effects that are held until these are durable.
 *
 * Durable before announced: an effect that others can see (a call that commits the framework, an event, an answer) is held
 * until the changes made before it are stored. While a commit is in flight, further changes queue and go out as one.
 */

import { assert } from '../../../../cluster/model/assert';
import type { Stamped } from '../../../../cluster/model/event';
import type { ResignEffect, StoreChange, StoreEffect, StoreEvents } from './effects';

/** The new JSON text of a variable; undefined removes it, and null stands for its text at the time of the commit. */
export type Change = string | null | undefined;

export interface Outbox<Effect> {
  nextTicket: number;
  /** The ticket of the commit in flight. */
  inFlight?: number | undefined;
  /** Effects released when the commit in flight is durable. */
  held: Effect[];
  /** Changes and effects of the commit after that. */
  readonly changes: Map<string, Change>;
  heldNext: Effect[];
}

export function newOutbox<Effect>(): Outbox<Effect> {
  return { nextTicket: 1, held: [], changes: new Map(), heldNext: [] };
}

/** A list as far as it grows. */
interface Sink<Effect> {
  push(effect: Effect): unknown;
}

/** A turn that announces effects. */
export interface AnnouncingTurn<Effect> {
  readonly state: { readonly outbox: AnnouncingOutbox<Effect> };
  readonly effects: Sink<Effect>;
}

interface AnnouncingOutbox<Effect> extends Pick<Outbox<unknown>, 'inFlight' | 'changes'> {
  readonly held: Sink<Effect>;
  readonly heldNext: Sink<Effect>;
}

/** A turn that changes stored variables. */
export interface SavingTurn {
  readonly state: { readonly outbox: { readonly changes: Outbox<unknown>['changes'] } };
}

interface CommittingTurn {
  readonly state: { readonly outbox: Outbox<unknown> };
  readonly effects: Sink<StoreEffect>;
}

interface ReleasingTurn<Effect> {
  readonly state: { readonly outbox: Outbox<Effect> };
  readonly effects: Effect[];
}

/** Sets or, without a value, removes a stored variable. */
export function save({ state }: SavingTurn, name: string, value: unknown): void {
  state.outbox.changes.set(name, value === undefined ? undefined : JSON.stringify(value));
}

/** Stores a variable as it is at the time of the commit. It is printed once, however often it changes before. */
export function saveAtCommit({ state }: SavingTurn, name: string): void {
  state.outbox.changes.set(name, null);
}

/** Emits an effect once all changes made so far are durable. */
export function announce<Effect>({ state, effects }: AnnouncingTurn<Effect>, effect: Effect): void {
  const { outbox } = state;
  if (outbox.changes.size > 0) outbox.heldNext.push(effect);
  else if (outbox.inFlight !== undefined) outbox.held.push(effect);
  else effects.push(effect);
}

/** Ends the step: changes go to the store unless a commit is in flight. `textOf` prints those of saveAtCommit. */
export function commit({ state: { outbox }, effects }: CommittingTurn, textOf: TextOf = noText): void {
  if (outbox.inFlight !== undefined || outbox.changes.size === 0) return;
  const ticket = outbox.nextTicket++;
  const changes: StoreChange[] = [];
  for (const [name, change] of outbox.changes)
    changes.push({ name, value: change === null ? textOf(name) : change });
  outbox.changes.clear();
  outbox.inFlight = ticket;
  outbox.held = outbox.heldNext;
  outbox.heldNext = [];
  effects.push({ kind: 'store', ticket, changes });
}

/** The text of a variable; undefined for one that is gone. */
export type TextOf = (name: string) => string | undefined;

function noText(name: string): undefined {
  assert(false, `${name} has no text at the commit`);
}

/** The commit in flight is durable: the effects that waited for it go out. */
export function release<Effect>({ state: { outbox }, effects }: ReleasingTurn<Effect>, ticket: number): void {
  if (outbox.inFlight !== ticket) return;
  outbox.inFlight = undefined;
  effects.push(...outbox.held);
  outbox.held = [];
}

/** The transitions of the store's answers. A process that cannot store cannot lead. */
export const storeTransitions = {
  stored: <Effect>(turn: ReleasingTurn<Effect>, { ticket }: Stamped<StoreEvents, 'stored'>): void =>
    release(turn, ticket),
  'store.failed': (
    { effects }: { readonly effects: Sink<ResignEffect> },
    { reason }: Stamped<StoreEvents, 'store.failed'>,
  ): void => {
    effects.push({ kind: 'resign', reason: `cannot store: ${reason}` });
  },
};
