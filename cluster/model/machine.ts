/**
 * The kit of all machines: tables of transitions and of timers become one step.
 *
 * A transition changes the state of its turn and pushes effects; they leave in the order in which they were pushed.
 */

import type { CommonEffect, Fields, Level, Machine, Stamped, Woke } from './event';
import type { Millis } from './time';
import type { TimerFields, TimerOf, Timers } from './timers';

/** One step in the making: the state that it changes, the time of its event, and the effects so far. */
export interface Turn<State, Effect> {
  readonly state: State;
  /** The time of the event. */
  readonly now: Millis;
  readonly effects: Effect[];
}

/** A function for each kind of event but `woke`, which goes to the timers. */
export type Transitions<T, Events> = {
  readonly [K in Exclude<keyof Events, 'woke'>]: (turn: T, event: Stamped<Events, K>) => void;
};

/** A function for each kind of timer. */
export type TimerHandlers<T, Spec extends TimerFields> = {
  readonly [K in keyof Spec]: (turn: T, timer: TimerOf<Spec, K>) => void;
};

export interface MachineParts<
  State,
  Events extends { woke: Woke },
  Effect,
  Spec extends TimerFields,
  Boot,
  T,
> {
  readonly name: string;
  readonly init: (boot: Boot) => State;
  /** Makes the turn of a step from its state, time and effects. */
  readonly start: (turn: Turn<State, Effect>) => T;
  readonly transitions: Transitions<T, Events>;
  readonly timers: Timers<Spec>;
  readonly woke: TimerHandlers<T, Spec>;
  /** Runs at the end of each step. */
  readonly after?: ((turn: T) => void) | undefined;
  /** The violations of what is always true of the state. */
  readonly check?: ((state: State) => readonly string[]) | undefined;
}

/** Makes the machine whose step routes each event to its transition and each timer to its handler. */
export function machine<State, Events extends { woke: Woke }, Effect, Spec extends TimerFields, Boot, T>({
  name,
  init,
  start,
  transitions,
  timers,
  woke,
  after,
  check,
}: MachineParts<State, Events, Effect, Spec, Boot, T>): Machine<State, Stamped<Events>, Effect, Boot> {
  const handlers = woke as Readonly<Record<string, (turn: T, timer: unknown) => void>>;
  const rows = {
    ...transitions,
    woke: (turn: T, event: Stamped<{ woke: Woke }>) => {
      const timer = timers.read(event.timer);
      handlers[timer.kind as string]?.(turn, timer);
    },
  } as unknown as Readonly<Record<keyof Events, (turn: T, event: Stamped<Events>) => void>>;
  return {
    name,
    init,
    step: (state, event) => {
      const effects: Effect[] = [];
      const turn = start({ state, now: event.at, effects });
      rows[event.kind](turn, event);
      after?.(turn);
      return effects;
    },
    check,
  };
}

/** A turn without members of its own. */
export function plainTurn<State, Effect>(turn: Turn<State, Effect>): Turn<State, Effect> {
  return turn;
}

/** Pushes a line for the log. */
export function note(
  { effects }: { readonly effects: { push(effect: CommonEffect): unknown } },
  level: Level,
  text: string,
  fields?: Fields,
): void {
  effects.push(fields ? { kind: 'note', level, text, fields } : { kind: 'note', level, text });
}
