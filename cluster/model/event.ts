/**
 * The shape of all machines: stamped events come in, effects go out, both as plain data.
 */

import type { Millis } from './time';

/** An event as a step gets it: its kind, its time, and its payload. */
export type Stamped<Events, K extends keyof Events = keyof Events> = {
  [Kind in K]: { readonly kind: Kind; readonly at: Millis } & Readonly<Events[Kind]>;
}[K];

/** An event before the mailbox stamps it. */
export type Unstamped<Events, K extends keyof Events = keyof Events> = {
  [Kind in K]: { readonly kind: Kind } & Readonly<Events[Kind]>;
}[K];

export type Level = 'debug' | 'info' | 'warn' | 'error';
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Effects of every process. A timer that is set again under the same name replaces the earlier one. */
export type CommonEffect =
  | { readonly kind: 'wake'; readonly timer: string; readonly at: Millis }
  | { readonly kind: 'note'; readonly level: Level; readonly text: string; readonly fields?: Fields };

/** The event that answers a `wake`. */
export interface Woke {
  readonly timer: string;
}

/** The behaviour of a process: its first state, and its change by each event. Pure. */
export interface Machine<State, Event, Effect, Boot = unknown> {
  readonly name: string;
  init(boot: Boot): State;
  step(state: State, event: Event): Effect[];
  /** The violations of what is always true of the state, a text each; none in a state that is right. */
  readonly check?: ((state: State) => readonly string[]) | undefined;
}
