/**
 * The policy of following a stream: pauses between attempts, the order of sources, and the silence that ends a stream.
 */

import { nextRandom, type Random } from '../random';
import type { Millis } from '../time';

/** Pauses that grow by a factor with each failure, from the first one to the longest. */
export interface BackOff {
  readonly firstMs: Millis;
  readonly factor: number;
  readonly maxMs: Millis;
  /** Share of a pause that is random, so that many followers do not come back in step: 0 for none, 0.5 for half of it. */
  readonly spread: number;
  /** Failures that count as there before the first attempt. */
  readonly failuresAtStart: number;
}

export interface FollowPolicy {
  readonly backOff: BackOff;
  /** A stream that lived for so long since its round began went well: the next failure starts with short pauses again. */
  readonly goodLifeMs: Millis;
  /** Interval of heartbeats until the stream tells another one, and missed ones after which it counts as dead. */
  readonly heartbeat: { readonly ms: Millis; readonly missedMax: number };
  /** Redirects followed in a row before a pause: during an election two sources may redirect to each other. */
  readonly redirectsMax: number;
  /**
   * Sources asked between two pauses: `one`, the next in turn, or `all`, the one that served last in front. `all` asks
   * them for their state as well when none has a stream.
   */
  readonly perRound: 'one' | 'all';
  /** Time between two readings of the state while no source has a stream; undefined where there are no readings. */
  readonly pollMs: Millis | undefined;
  /**
   * The same after the first reading of new sources, doubled with each until it is `pollMs`: who leads anew has a state
   * somewhat earlier than a stream. `pollMs` from the first when absent.
   */
  readonly pollFirstMs?: Millis | undefined;
  /** New sources: `keep` a stream of a source that is among them, or `restart` with the first of them. */
  readonly newSources: 'keep' | 'restart';
}

/** The highest number of failures that is counted. */
const FAILURES_MAX = 1000;

/** The longest pause after so many failures before this one. */
export function limitOf(
  { firstMs, factor, maxMs }: Pick<BackOff, 'firstMs' | 'factor' | 'maxMs'>,
  failures: number,
): Millis {
  return Math.min(maxMs, firstMs * factor ** failures);
}

/** The pause after one more failure, and the failures with it. */
export function nextPause(
  backOff: BackOff,
  failures: number,
  random: Random,
): { readonly pauseMs: Millis; readonly failures: number } {
  const { spread } = backOff;
  const limit = limitOf(backOff, failures);
  const pauseMs = spread === 0 ? limit : Math.round(limit * (1 - spread + nextRandom(random) * spread));
  return { pauseMs, failures: Math.min(failures + 1, FAILURES_MAX) };
}
