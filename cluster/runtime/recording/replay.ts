/**
 * Replays a recording: the same machine, boot value and events. Effects are counted and not performed.
 */

import { errorText } from '../../model/error-text';
import type { Machine } from '../../model/event';
import { hashOf } from './canonical';
import type { Recording } from './recording';

export interface ReplayResult {
  readonly events: number;
  readonly effects: ReadonlyMap<string, number>;
  readonly hash: string;
  /** True when the hash equals the recorded one; undefined when the recording has no end. */
  readonly same: boolean | undefined;
  readonly state: unknown;
}

/** A machine that breaks in a replay: as it broke in the process, or because the recording is of another version. */
export class ReplayError extends Error {}

// biome-ignore lint/suspicious/noExplicitAny: any machine can be replayed; its own types do not matter here.
type AnyMachine = Machine<any, any, { kind: string }, any>;

/** Replays the first `count` events (all without it). Throws a ReplayError that names the event at which the machine breaks. */
export function replay(
  recording: Recording,
  machine: AnyMachine,
  count = Number.POSITIVE_INFINITY,
): ReplayResult {
  const events = recording.events.slice(0, count);
  const state: unknown = attempt('at its boot value', () => machine.init(recording.boot));
  const effects = new Map<string, number>();
  for (const [index, event] of events.entries()) {
    const place = `at event ${index + 1} of ${recording.events.length}`;
    for (const { kind } of attempt(place, () => machine.step(state, event)))
      effects.set(kind, (effects.get(kind) ?? 0) + 1);
  }
  const hash = hashOf(state);
  const whole = events.length === recording.events.length && recording.end !== undefined;
  return { events: events.length, effects, hash, same: whole ? hash === recording.end : undefined, state };
}

function attempt<T>(place: string, part: () => T): T {
  try {
    return part();
  } catch (error) {
    throw new ReplayError(`the machine breaks ${place}: ${errorText(error)}`, { cause: error });
  }
}
