/**
 * The state of the zone builder: how the masters are followed, how the zone goes out, and what is told of both.
 *
 * Always true (`checkBuilder`): parts are on their way only while a change is sent, and never more than the limit; nothing
 * goes out before there are facts.
 */

import {
  checkFollow,
  type FollowState,
  followTimers,
  initFollow,
} from '../../../cluster/model/follow/follow';
import type { FollowPolicy } from '../../../cluster/model/follow/policy';
import type { Millis } from '../../../cluster/model/time';
import { timersOf } from '../../../cluster/model/timers';

/** Parts of a change that are on their way at one time, so that questions are answered between parts. */
export const PARTS_OUT_MAX = 3;

/** The timers of following, and the builder's own. */
export const builderTimers = timersOf({
  ...followTimers.spec,
  pids: {},
  publish: {},
  status: {},
  detection: {},
});

export interface BuilderBoot {
  /** The masters to ask, as origins of URLs, the one to ask first in front. */
  readonly masters: readonly string[];
  /** Time between two readings of the state while no master has a stream. */
  readonly refreshMs: Millis;
  /** Time without a leader in ZooKeeper after which the source is lost; 0 for never, and where there is no ZooKeeper. */
  readonly detectionMs: Millis;
}

/** The source of facts at present. */
export type FactSource = 'stream' | 'poll' | 'none';

/**
 * The way out of the zone. `empty`: there are no facts yet; `due`: a change goes out in a moment; `sending`: its parts are
 * on their way.
 */
export interface Publishing {
  phase: 'empty' | 'idle' | 'due' | 'sending';
  /** The zone has changed while a change was sent. */
  again: boolean;
  /** The time before which the next change does not go out. */
  notBefore: Millis;
  /** Parts of this change so far, and those of them that were not taken yet. */
  parts: number;
  out: number;
  /** The last part of this change is on its way, too. */
  isComplete: boolean;
}

/** The report about the builder. */
export interface Reporting {
  /** Loads and streams that failed. */
  failures: number;
  /** The time at which a master was heard last; 0 for never. */
  heardAt: Millis;
  isDue: boolean;
}

export interface BuilderState {
  readonly follow: FollowState;
  readonly detectionMs: Millis;
  /** The time at which the source is lost unless there is a leader; undefined while there is one. */
  lostAt: Millis | undefined;
  source: FactSource;
  /** The failures that were logged since a round last went well. */
  readonly logged: Set<string>;
  /** The attempt whose master will be asked for the addresses of frameworks' drivers. */
  pidsDueFor: number | undefined;
  readonly publishing: Publishing;
  readonly reporting: Reporting;
}

/** A stream that lived for so long went well: the next failure starts with short pauses again. */
const GOOD_LIFE_MS = 10_000;
const PAUSE_MAX_MS = 30_000;
const POLL_FIRST_MS = 1000;
const HEARTBEAT_MS = 15_000;

function policyOf({ refreshMs }: BuilderBoot): FollowPolicy {
  const maxMs = Math.min(PAUSE_MAX_MS, refreshMs);
  return {
    backOff: { firstMs: 100, factor: 2, maxMs, spread: 0, failuresAtStart: 0 },
    goodLifeMs: GOOD_LIFE_MS,
    heartbeat: { ms: HEARTBEAT_MS, missedMax: 3 },
    redirectsMax: 0,
    perRound: 'all',
    pollMs: refreshMs,
    pollFirstMs: Math.min(POLL_FIRST_MS, refreshMs),
    newSources: 'restart',
  };
}

export function initBuilder(boot: BuilderBoot): BuilderState {
  return {
    follow: initFollow(policyOf(boot), boot.masters, 0),
    detectionMs: boot.detectionMs,
    lostAt: undefined,
    source: 'none',
    logged: new Set(),
    pidsDueFor: undefined,
    publishing: { phase: 'empty', again: false, notBefore: 0, parts: 0, out: 0, isComplete: false },
    reporting: { failures: 0, heardAt: 0, isDue: false },
  };
}

/** The violations of what the header says. */
export function checkBuilder({ source, follow, publishing }: BuilderState): string[] {
  const { phase, out, parts, again } = publishing;
  const rules: readonly (readonly [boolean, string])[] = [
    [out >= 0 && out <= Math.min(parts, PARTS_OUT_MAX), `${out} of ${parts} parts are on their way`],
    [out === 0 || phase === 'sending', `parts are on their way while the zone is ${phase}`],
    [!again || phase === 'sending', `another change waits while the zone is ${phase}`],
    [source === 'none' || phase !== 'empty', `the source is a ${source}, and there are no facts`],
    [
      source !== 'stream' || ['following', 'stopped'].includes(follow.phase),
      `the source is a stream while it is ${follow.phase}`,
    ],
  ];
  return [...checkFollow(follow), ...rules.flatMap(([holds, violation]) => (holds ? [] : [violation]))];
}
