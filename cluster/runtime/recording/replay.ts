/**
 * Replays a recording: the same machine, boot value and events. Effects are counted and not performed.
 */

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

// biome-ignore lint/suspicious/noExplicitAny: any machine can be replayed; its own types do not matter here.
type AnyMachine = Machine<any, any, { kind: string }, any>;

/** Replays the first `count` events (all without it). */
export function replay(
  recording: Recording,
  machine: AnyMachine,
  count = Number.POSITIVE_INFINITY,
): ReplayResult {
  const events = recording.events.slice(0, count);
  const state: unknown = machine.init(recording.boot);
  const effects = new Map<string, number>();
  for (const event of events) {
    for (const { kind } of machine.step(state, event)) effects.set(kind, (effects.get(kind) ?? 0) + 1);
  }
  const hash = hashOf(state);
  const whole = events.length === recording.events.length && recording.end !== undefined;
  return { events: events.length, effects, hash, same: whole ? hash === recording.end : undefined, state };
}
