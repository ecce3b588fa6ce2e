/**
 * Follows a stream of one of several sources: which one is asked, when the next attempt begins, and when a silent stream is
 * given up. A part of the machines of those who follow a master; how they follow it is their policy.
 *
 *   idle -> opening -> opened -> following
 *            ^ |  |_______|__________|        closed, silent, or other sources
 *            | |  v
 *            | | polling                      no source has a stream
 *            | v  v
 *          waiting                            for a while, or until there is a source
 *
 * In: started, sources.changed, opened, redirected, begun, heard, closed, polled, woke, stopped
 * Out: open, poll, close, ended, wake
 * Always true (`checkFollow`): at most one attempt counts, and events of an earlier one are ignored; `ended` is said once for
 * each attempt that failed or was given up.
 */

import type { CommonEffect, Stamped, Woke } from '../event';
import { machine, plainTurn, type TimerHandlers, type Turn } from '../machine';
import { type Random, randomFrom } from '../random';
import type { Millis } from '../time';
import { timersOf } from '../timers';
import { type FollowPolicy, limitOf, nextPause } from './policy';

/** The stages of an attempt, and the times between attempts. A stream is `opened` until it has told its beginning. */
export type FollowPhase = 'idle' | 'opening' | 'opened' | 'following' | 'polling' | 'waiting' | 'stopped';

/** The reason why an attempt is over. `replaced`: other sources are followed now. */
export type EndCause = 'closed' | 'silent' | 'replaced';

/** One question to a source: for its stream, or for its state. */
interface Ask {
  readonly kind: 'open' | 'poll';
  readonly url: string;
}

export interface FollowState {
  readonly policy: FollowPolicy;
  readonly random: Random;
  phase: FollowPhase;
  /** The sources to choose from, the one to ask first in front. */
  sources: readonly string[];
  /** Number of the newest attempt. */
  attempt: number;
  /** The source that is asked or followed, or was last. */
  url: string;
  /** Questions of this round that are still to be asked. */
  asks: Ask[];
  /** Position of the source to ask in the next round; counts on. */
  nextSource: number;
  /** The source that served last. */
  serving: string | undefined;
  redirects: number;
  failures: number;
  /** Readings of the state since there were new sources or a stream. */
  polls: number;
  roundAt: Millis;
  heartbeatMs: Millis;
  heardAt: Millis;
}

export interface FollowEnd {
  readonly kind: 'ended';
  readonly cause: EndCause;
  /** The phase in which the attempt was. */
  readonly phase: FollowPhase;
  readonly url: string;
  /** The reason of the source, or of the network; empty when the stream ended in order. */
  readonly reason: string;
  /** Failures in a row with this one; 0 when another source is asked at once. */
  readonly failures: number;
  /** The stream lived for long enough. */
  readonly wentWell: boolean;
}

export type FollowEffect =
  | CommonEffect
  | { readonly kind: 'open' | 'poll'; readonly attempt: number; readonly url: string }
  | { readonly kind: 'close' }
  | FollowEnd;

export type FollowTurn = Turn<FollowState, FollowEffect>;

export const followTimers = timersOf({ retry: {}, heartbeat: {} });

export function initFollow(policy: FollowPolicy, sources: readonly string[], seed: number): FollowState {
  return {
    policy,
    random: randomFrom(seed),
    phase: 'idle',
    sources,
    attempt: 0,
    url: '',
    asks: [],
    nextSource: 0,
    serving: undefined,
    redirects: 0,
    failures: policy.backOff.failuresAtStart,
    polls: 0,
    roundAt: 0,
    heartbeatMs: policy.heartbeat.ms,
    heardAt: 0,
  };
}

/** Events of following. Those about an attempt have its number. */
export interface FollowEvents {
  started: object;
  /** The sources to follow from now on; none while nobody leads. */
  'sources.changed': { sources: readonly string[] };
  /**
   * The stream is open, and has yet to tell its beginning. `url` is the source that serves it after redirects, and
   * `heartbeatMs` the interval to expect until its beginning.
   */
  opened: { attempt: number; url?: string | undefined; heartbeatMs?: Millis | undefined };
  redirected: { attempt: number; url: string };
  /** The stream has told its beginning. */
  begun: { attempt: number; heartbeatMs: Millis };
  heard: { attempt: number };
  /** The attempt failed, was refused, or its stream has ended. */
  closed: { attempt: number; reason: string };
  /** The state was read. */
  polled: { attempt: number; url: string };
  woke: Woke;
  stopped: object;
}

type Transition<K extends keyof FollowEvents> = (turn: FollowTurn, event: FollowEvents[K]) => void;

/** The transitions, for machines of which following is a part. */
export const follow: { readonly [K in Exclude<keyof FollowEvents, 'woke'>]: Transition<K> } = {
  started: (turn) => {
    if (turn.state.phase === 'idle') beginRound(turn);
  },
  'sources.changed': sourcesChanged,
  opened: (turn, { attempt, url, heartbeatMs }) => {
    const { state, now } = turn;
    if (!isCurrent(state, attempt) || state.phase !== 'opening') return;
    state.phase = 'opened';
    state.url = url ?? state.url;
    state.heardAt = now;
    if (heartbeatMs !== undefined) state.heartbeatMs = heartbeatMs;
    watch(turn);
  },
  redirected: (turn, { attempt, url }) => {
    const { state } = turn;
    if (!isCurrent(state, attempt)) return;
    if (state.redirects >= state.policy.redirectsMax) return giveUp(turn, 'closed', 'too many redirects');
    state.redirects++;
    ask(turn, { kind: 'open', url });
  },
  begun,
  heard: ({ state, now }, { attempt }) => {
    if (isCurrent(state, attempt)) state.heardAt = now;
  },
  closed: (turn, { attempt, reason }) => {
    if (isCurrent(turn.state, attempt)) giveUp(turn, 'closed', reason);
  },
  polled,
  stopped: ({ state, effects }) => {
    state.phase = 'stopped';
    effects.push({ kind: 'close' });
  },
};

/** The handlers of the timers, for machines of which following is a part. */
export const followWoke: TimerHandlers<FollowTurn, (typeof followTimers)['spec']> = {
  retry: (turn) => {
    if (turn.state.phase === 'waiting') beginRound(turn);
  },
  heartbeat: (turn) => {
    const { state, now } = turn;
    if (state.phase !== 'opened' && state.phase !== 'following') return;
    if (now < deadline(state)) watch(turn);
    else giveUp(turn, 'silent', `silent for ${state.policy.heartbeat.missedMax} heartbeats`);
  },
};

/** True for the newest attempt until it is over. */
export function isCurrent({ phase, attempt }: FollowState, number: number): boolean {
  return number === attempt && phase !== 'idle' && phase !== 'waiting' && phase !== 'stopped';
}

function sourcesChanged(turn: FollowTurn, { sources }: FollowEvents['sources.changed']): void {
  const { state } = turn;
  const { phase, policy } = state;
  state.sources = sources;
  state.nextSource = 0;
  state.polls = 0;
  if (policy.newSources === 'restart') {
    state.serving = undefined;
    state.failures = policy.backOff.failuresAtStart;
  }
  if (phase === 'idle' || phase === 'stopped') return;
  // Without a known leader the existing connection may still be good.
  const isKept = sources.length === 0 || (phase !== 'waiting' && sources.includes(state.url));
  if (policy.newSources === 'keep' && isKept) return;
  if (phase !== 'waiting') {
    const { url } = state;
    turn.effects.push({ kind: 'close' });
    const end = { cause: 'replaced', phase, url, reason: '', failures: 0, wentWell: false } as const;
    turn.effects.push({ kind: 'ended', ...end });
    if (hasGoneWell(turn)) state.failures = 0;
  }
  beginRound(turn);
}

/** Asks the first source of a new round, or waits until there is one. */
function beginRound(turn: FollowTurn): void {
  const { state, now } = turn;
  state.redirects = 0;
  state.roundAt = now;
  state.asks = asksOf(state);
  const first = state.asks.shift();
  if (first) ask(turn, first);
  else state.phase = 'waiting';
}

function asksOf(state: FollowState): Ask[] {
  const { sources, serving, policy } = state;
  if (policy.perRound === 'one') {
    const url = sources[state.nextSource++ % Math.max(1, sources.length)];
    return url === undefined ? [] : [{ kind: 'open', url }];
  }
  const urls = [...new Set(serving === undefined ? sources : [serving, ...sources])];
  const polls = policy.pollMs === undefined ? [] : urls.map((url): Ask => ({ kind: 'poll', url }));
  return [...urls.map((url): Ask => ({ kind: 'open', url })), ...polls];
}

function ask({ state, effects }: FollowTurn, { kind, url }: Ask): void {
  state.phase = kind === 'open' ? 'opening' : 'polling';
  state.attempt++;
  state.url = url;
  effects.push({ kind, attempt: state.attempt, url });
}

function begun(turn: FollowTurn, { attempt, heartbeatMs }: FollowEvents['begun']): void {
  const { state, now } = turn;
  if (!isCurrent(state, attempt) || state.phase === 'polling') return;
  state.phase = 'following';
  state.serving = state.url;
  state.redirects = 0;
  state.polls = 0;
  state.heartbeatMs = heartbeatMs;
  state.heardAt = now;
  watch(turn);
}

function polled(turn: FollowTurn, { attempt, url }: FollowEvents['polled']): void {
  const { state, now } = turn;
  const { pollMs, pollFirstMs = pollMs } = state.policy;
  if (!isCurrent(state, attempt) || state.phase !== 'polling' || pollMs === undefined) return;
  state.phase = 'waiting';
  state.serving = url;
  state.failures = state.policy.backOff.failuresAtStart;
  const backOff = { firstMs: pollFirstMs ?? pollMs, factor: 2, maxMs: pollMs };
  followTimers.wake(turn, { kind: 'retry' }, now + limitOf(backOff, state.polls++));
}

/** Ends the attempt: the next source of the round is asked at once, or the next round begins after a pause. */
function giveUp(turn: FollowTurn, cause: EndCause, reason: string): void {
  const { state, now, effects } = turn;
  const { phase, policy, url } = state;
  const next = phase === 'following' ? undefined : state.asks.shift();
  effects.push({ kind: 'close' });
  if (next) {
    effects.push({ kind: 'ended', cause, phase, url, reason, failures: 0, wentWell: false });
    return ask(turn, next);
  }
  const wentWell = hasGoneWell(turn);
  const { pauseMs, failures } = nextPause(policy.backOff, wentWell ? 0 : state.failures, state.random);
  state.failures = failures;
  state.phase = 'waiting';
  effects.push({ kind: 'ended', cause, phase, url, reason, failures, wentWell });
  followTimers.wake(turn, { kind: 'retry' }, now + pauseMs);
}

/** True for a stream that has lived for long enough to begin with short pauses again. */
function hasGoneWell({ state, now }: FollowTurn): boolean {
  return state.phase === 'following' && now - state.roundAt >= state.policy.goodLifeMs;
}

function deadline({ heardAt, heartbeatMs, policy }: FollowState): Millis {
  return heardAt + policy.heartbeat.missedMax * heartbeatMs;
}

function watch(turn: FollowTurn): void {
  followTimers.wake(turn, { kind: 'heartbeat' }, deadline(turn.state));
}

/** The violations of what is always true of the state. */
export function checkFollow({ phase, attempt, asks, redirects, policy, url }: FollowState): string[] {
  const isUnderWay = phase !== 'idle' && phase !== 'waiting' && phase !== 'stopped';
  const rules: readonly (readonly [boolean, string])[] = [
    [!isUnderWay || attempt > 0, `nobody was asked, and it is ${phase}`],
    [!isUnderWay || url !== '', `nobody is named who is ${phase}`],
    [phase !== 'polling' || policy.pollMs !== undefined, 'a state is read that nobody wants'],
    [
      policy.perRound === 'all' || asks.length === 0,
      `${asks.length} sources more than one are asked in a round`,
    ],
    [redirects <= policy.redirectsMax, `${redirects} redirects were followed`],
  ];
  return rules.flatMap(([holds, violation]) => (holds ? [] : [violation]));
}

export interface FollowBoot {
  readonly policy: FollowPolicy;
  readonly sources: readonly string[];
  readonly seed: number;
}

export type FollowEvent = Stamped<FollowEvents>;

/** The machine of those who only follow. */
export const followMachine = machine<
  FollowState,
  FollowEvents,
  FollowEffect,
  (typeof followTimers)['spec'],
  FollowBoot,
  FollowTurn
>({
  name: 'follow',
  init: ({ policy, sources, seed }) => initFollow(policy, sources, seed),
  start: plainTurn,
  transitions: follow,
  timers: followTimers,
  woke: followWoke,
  check: checkFollow,
});
