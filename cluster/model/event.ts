/**
 * The shape every machine shares: events come in stamped, effects go out, both plain data.
 */

import type { Millis } from './time';

/** An event as a step sees it: its kind, the one time it happened at, and its payload. */
export type Stamped<Events, K extends keyof Events = keyof Events> = {
  [Kind in K]: { readonly kind: Kind; readonly at: Millis } & Readonly<Events[Kind]>;
}[K];

/** An event before the mailbox stamps it. */
export type Unstamped<Events, K extends keyof Events = keyof Events> = {
  [Kind in K]: { readonly kind: Kind } & Readonly<Events[Kind]>;
}[K];

export type Level = 'debug' | 'info' | 'warn' | 'error';
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Effects that every process has. A timer set again under the same name replaces the earlier one. */
export type CommonEffect =
  | { readonly kind: 'wake'; readonly timer: string; readonly at: Millis }
  | { readonly kind: 'note'; readonly level: Level; readonly text: string; readonly fields?: Fields };

/** The event that answers a `wake`. */
export interface Woke {
  readonly timer: string;
}

/** One process's behaviour: how its state begins and how an event changes it. Pure. */
export interface Machine<State, Event, Effect, Boot = unknown> {
  readonly name: string;
  init(boot: Boot): State;
  step(state: State, event: Event): Effect[];
}
