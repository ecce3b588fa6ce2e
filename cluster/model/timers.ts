/**
 * Timers as typed values. Their names, which effects, events and recordings carry, are made and read only here.
 *
 * A name is the kind of the timer and then its fields, each after a blank: `offer 5f1-O7`. Only the last field may have
 * blanks of its own.
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

/** The timers of a machine. `timersOf({ allocate: {}, offer: { offerId: String } })` has two kinds. */
export function timersOf<const Spec extends TimerFields>(spec: Spec): Timers<Spec> {
  const fields = new Map(Object.entries(spec).map(([kind, readers]) => [kind, Object.entries(readers)]));
  function nameOf(timer: TimerOf<Spec>): string {
    const kind = String(timer.kind);
    const values = (fields.get(kind) ?? []).map(([field]) => String(timer[field as keyof typeof timer]));
    if (values.length > 1)
      assert(
        !values.slice(0, -1).some((value) => value.includes(' ')),
        `a blank in a field of timer ${kind}`,
      );
    return values.length === 0 ? kind : `${kind} ${values.join(' ')}`;
  }
  function read(name: string): TimerOf<Spec> {
    const blank = name.indexOf(' ');
    const kind = blank < 0 ? name : name.slice(0, blank);
    const readers = fields.get(kind);
    assert(readers, `there is no timer ${kind}`);
    const timer: Record<string, string | number> = { kind };
    let rest = blank < 0 ? '' : name.slice(blank + 1);
    for (const [index, [field, reader]] of readers.entries()) {
      const end = index === readers.length - 1 ? -1 : rest.indexOf(' ');
      timer[field] = reader(end < 0 ? rest : rest.slice(0, end));
      rest = end < 0 ? '' : rest.slice(end + 1);
    }
    return timer as TimerOf<Spec>;
  }
  return {
    spec,
    nameOf,
    read,
    wake: (turn, timer, at) => void turn.effects.push({ kind: 'wake', timer: nameOf(timer), at }),
  };
}
