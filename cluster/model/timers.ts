/**
 * Timers as typed values. Their names, which effects, events and recordings carry, are made and read only here.
 *
 * A name is the kind of the timer and then its fields, each after a blank: `offer 5f1-O7`. Blanks in all fields but the
 * last are escaped.
 */

import { assert } from './assert';
import type { CommonEffect } from './event';
import type { Millis } from './time';

/** The fields of each kind of timer, in the order of the name, and the function that reads each one's text. */
export type TimerFields = Readonly<
  Record<string, Readonly<Record<string, (text: string) => string | number>>>
>;

/** A timer by its kind, with the fields of this kind. */
export type TimerOf<Spec extends TimerFields, Kind extends keyof Spec = keyof Spec> = {
  [K in Kind]: { readonly kind: K } & { readonly [F in keyof Spec[K]]: ReturnType<Spec[K][F]> };
}[Kind];

/** A turn as far as timers are concerned. */
interface WakeEffects {
  readonly effects: { push(effect: CommonEffect): unknown };
}

export interface Timers<Spec extends TimerFields> {
  readonly spec: Spec;
  /** The name of a timer, which is also its identity: a timer set again replaces the earlier one. */
  nameOf(timer: TimerOf<Spec>): string;
  /** Reads a name. A kind that is not declared is a mistake of ours. */
  read(name: string): TimerOf<Spec>;
  /** Sets a timer. */
  wake(turn: WakeEffects, timer: TimerOf<Spec>, at: Millis): void;
}

type Readers = ReadonlyMap<string, readonly (readonly [string, (text: string) => string | number])[]>;

/** The timers of a machine. `timersOf({ allocate: {}, offer: { offerId: String } })` has two kinds. */
export function timersOf<const Spec extends TimerFields>(spec: Spec): Timers<Spec> {
  const readers: Readers = new Map(
    Object.entries(spec).map(([kind, fields]) => [kind, Object.entries(fields)]),
  );
  const nameOf = (timer: TimerOf<Spec>): string => printName(readers, timer as AnyTimer);
  return {
    spec,
    nameOf,
    read: (name) => readName(readers, name) as TimerOf<Spec>,
    wake: (turn, timer, at) => void turn.effects.push({ kind: 'wake', timer: nameOf(timer), at }),
  };
}

type AnyTimer = Readonly<Record<string, string | number>> & { readonly kind: string };

function printName(readers: Readers, timer: AnyTimer): string {
  const fields = readers.get(timer.kind) ?? [];
  let name = timer.kind;
  for (let index = 0; index < fields.length; index++) {
    const value = String(timer[fields[index]?.[0] ?? '']);
    name += ` ${index < fields.length - 1 ? value.replace(/[% ]/g, encodeURIComponent) : value}`;
  }
  return name;
}

function readName(readers: Readers, name: string): AnyTimer {
  const [kind, ...values] = name.split(' ');
  const fields = readers.get(kind ?? '');
  assert(kind !== undefined && fields, `there is no timer ${kind}`);
  const timer: Record<string, string | number> = {};
  for (const [index, [field, read]] of fields.entries()) {
    const isLast = index === fields.length - 1;
    timer[field] = read(isLast ? values.slice(index).join(' ') : decodeURIComponent(values[index] ?? ''));
  }
  return { ...timer, kind };
}
