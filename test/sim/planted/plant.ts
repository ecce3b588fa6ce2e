/**
 * Plants a bug into a machine: it wraps the step, so that product code stays as it is.
 */

import type { Machine } from '../../../cluster/model/event';

export interface Bug<State, Event, Effect> {
  /** The event that the machine gets instead; undefined when it gets none. */
  readonly before?: (event: Event, state: State) => Event | undefined;
  /** The effects that leave instead; it may also damage the state. */
  readonly after?: (effects: Effect[], event: Event, state: State) => Effect[];
}

export function withBug<State, Event, Effect, Boot>(
  machine: Machine<State, Event, Effect, Boot>,
  { before = (event) => event, after = (effects) => effects }: Bug<State, Event, Effect>,
): Machine<State, Event, Effect, Boot> {
  return {
    ...machine,
    step: (state, event) => {
      const seen = before(event, state);
      return seen === undefined ? [] : after(machine.step(state, seen), seen, state);
    },
  };
}
