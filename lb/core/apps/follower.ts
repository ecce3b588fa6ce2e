/**
 * Follows Marathon: its event stream tells which apps to read; while the stream is down all are read at intervals.
 *
 *   new -> idle -> reading -> spacing -> idle
 *
 * In: started, wanted, stream.*, apps.*, read.*, stopped, woke      Out: open, close, read, unreachable
 * Always true: one reading runs at a time, readings begin apart, and all that is wanted during one leads to exactly one more.
 */

import type { CommonEffect, Stamped, Unstamped, Woke } from '../../../cluster/model/event';
import {
  checkFollow,
  type FollowEffect,
  type FollowEnd,
  type FollowState,
  type FollowTurn,
  follow,
  followTimers,
  followWoke,
  initFollow,
} from '../../../cluster/model/follow/follow';
import type { FollowPolicy } from '../../../cluster/model/follow/policy';
import { machine, note, plainTurn, type Transitions, type Turn } from '../../../cluster/model/machine';
import type { Millis } from '../../../cluster/model/time';
import { timersOf } from '../../../cluster/model/timers';

/** Readings begin at least this far apart, so that a burst of events becomes few of them. */
export const SPACING_MS = 20;
export const SPACING_FEW_MS = 3;
/** With more changed apps than this at a time the whole list is read. */
export const APPS_MAX = 16;
/** Interval of readings while the stream is down, and while it is up (an event may have been lost). */
const POLL_MS = 2000;
const RESYNC_MS = 60_000;
/** Marathon sends an empty line every 10 s; a stream silent for longer is dead. */
const SILENCE_MAX_MS = 60_000;
const BACKOFF_LAST_MS = 15_000;
/** Marathon's addresses are tried by its client, so that there is one source here. */
const SOURCE = 'Marathon';

export interface FollowerBoot {
  readonly seed: number;
  /** Interval of readings without events; undefined when events are followed. */
  readonly pollMs: Millis | undefined;
  /** The longest wait between two attempts to open the event stream. */
  readonly backoffMaxMs: Millis | undefined;
}

/** The apps to read: some of them, or the whole list. */
export type AppsToRead = readonly string[] | 'all';

export interface FollowerState {
  readonly follow: FollowState;
  readonly pollMs: Millis | undefined;
  phase: 'new' | 'idle' | 'reading' | 'spacing' | 'stopped';
  wantsAll: boolean;
  wantedApps: Set<string>;
  /** The time before which the next reading does not begin. */
  notBefore: Millis;
  /** The time at which a reading is needed sooner than usual; undefined when it is not. */
  neededAt: Millis | undefined;
  /** The last reading of all apps failed. */
  isFailing: boolean;
  lastReadAt: Millis | undefined;
  /** Events that led to readings. */
  events: number;
}

export interface FollowerEvents {
  started: object;
  wanted: { apps: AppsToRead };
  'stream.begun': { attempt: number };
  /** Bytes came, with this number of events, which are about these apps. */
  'stream.heard': { attempt: number; events: number; apps: AppsToRead };
  'stream.closed': { attempt: number; reason: string };
  /** The answer with all apps is there; it is not served yet. */
  'apps.read': object;
  /** Single apps were read and served. */
  'apps.served': object;
  /** The answers about single apps are not enough. */
  'apps.insufficient': object;
  /** A reading is over. `retryAfterMs` is the time after which another one is needed sooner than usual. */
  'read.ended': { retryAfterMs: Millis | undefined };
  'read.failed': { why: string; retryAfterMs: Millis | undefined };
  stopped: object;
  woke: Woke;
}

export type FollowerEvent = Stamped<FollowerEvents>;
export type FollowerInput = Unstamped<FollowerEvents>;

export type FollowerEffect =
  | CommonEffect
  | { readonly kind: 'open'; readonly attempt: number }
  | { readonly kind: 'close' }
  | { readonly kind: 'read'; readonly apps: AppsToRead }
  /** The apps cannot be read. */
  | { readonly kind: 'unreachable'; readonly why: string };

export type FollowerTurn = Turn<FollowerState, FollowerEffect>;

const followerTimers = timersOf({ ...followTimers.spec, read: {} });

function policyOf({ backoffMaxMs = BACKOFF_LAST_MS }: FollowerBoot): FollowPolicy {
  const maxMs = Math.min(BACKOFF_LAST_MS, backoffMaxMs);
  return {
    backOff: { firstMs: 250, factor: 1.7, maxMs, spread: 0.5, failuresAtStart: 1 },
    goodLifeMs: 0,
    heartbeat: { ms: SILENCE_MAX_MS, missedMax: 1 },
    redirectsMax: 0,
    perRound: 'one',
    pollMs: undefined,
    newSources: 'keep',
  };
}

function initFollower(boot: FollowerBoot): FollowerState {
  return {
    follow: initFollow(policyOf(boot), [SOURCE], boot.seed),
    pollMs: boot.pollMs,
    phase: 'new',
    wantsAll: false,
    wantedApps: new Set(),
    notBefore: 0,
    neededAt: undefined,
    isFailing: false,
    lastReadAt: undefined,
    events: 0,
  };
}

/** True while the event stream is open. */
export function isStreaming(state: FollowerState): boolean {
  return state.follow.phase === 'following';
}

const transitions: Transitions<FollowerTurn, FollowerEvents> = {
  started: (turn) => {
    const { state } = turn;
    if (state.phase !== 'new') return;
    state.phase = 'idle';
    if (state.pollMs === undefined) following(turn, (part) => follow.started(part, {}));
    want(turn, 'all');
  },
  wanted: (turn, { apps }) => want(turn, apps),
  'stream.begun': (turn, { attempt }) => {
    const wasStreaming = isStreaming(turn.state);
    following(turn, (part) => follow.begun(part, { attempt, heartbeatMs: SILENCE_MAX_MS }));
    if (wasStreaming || !isStreaming(turn.state)) return;
    note(turn, 'info', "following Marathon's events", {});
    want(turn, 'all');
  },
  'stream.heard': (turn, { attempt, events, apps }) => {
    following(turn, (part) => follow.heard(part, { attempt }));
    turn.state.events += events;
    if (events > 0) want(turn, apps);
  },
  'stream.closed': (turn, { attempt, reason }) =>
    following(turn, (part) => follow.closed(part, { attempt, reason })),
  'apps.read': (turn) => {
    const { state, now } = turn;
    state.lastReadAt = now;
    if (state.isFailing) note(turn, 'info', 'Marathon answers again', {});
    state.isFailing = false;
  },
  'apps.served': ({ state, now }) => {
    state.lastReadAt = now;
  },
  'apps.insufficient': ({ state, effects }) => {
    if (state.phase === 'reading') effects.push({ kind: 'read', apps: 'all' });
  },
  'read.ended': (turn, { retryAfterMs }) => readingOver(turn, retryAfterMs),
  'read.failed': (turn, { why, retryAfterMs }) => {
    const { state, effects } = turn;
    if (state.phase !== 'reading') return;
    effects.push({ kind: 'unreachable', why });
    const text = 'the apps cannot be read; the last good configuration stays';
    if (!state.isFailing) note(turn, 'warn', text, { error: why });
    state.isFailing = true;
    readingOver(turn, retryAfterMs);
  },
  stopped: (turn) => {
    turn.state.phase = 'stopped';
    following(turn, (part) => follow.stopped(part, {}));
  },
};

/** Lets the part of the machine that follows the stream take an event, and translates its effects. */
function following(turn: FollowerTurn, take: (part: FollowTurn) => void): void {
  const part: FollowTurn = { state: turn.state.follow, now: turn.now, effects: [] };
  take(part);
  for (const effect of part.effects) translate(turn, effect);
}

function translate(turn: FollowerTurn, effect: FollowEffect): void {
  switch (effect.kind) {
    case 'open':
      return void turn.effects.push({ kind: 'open', attempt: effect.attempt });
    case 'poll':
      return;
    case 'ended':
      return streamEnded(turn, effect);
    default:
      turn.effects.push(effect);
  }
}

function streamEnded(turn: FollowerTurn, { phase, cause, reason }: FollowEnd): void {
  const fields = { error: cause === 'silent' ? `silent for ${SILENCE_MAX_MS / 1000} s` : reason };
  if (phase !== 'following') note(turn, 'debug', "Marathon's event stream cannot be opened", fields);
  else if (reason === '') note(turn, 'warn', "Marathon's event stream ended", {});
  else note(turn, 'warn', "Marathon's event stream broke", fields);
  // An event may have been lost with the stream.
  if (turn.state.phase === 'idle') read(turn);
}

/** Requests a reading: at once, or after the one that runs. */
function want(turn: FollowerTurn, apps: AppsToRead): void {
  const { state } = turn;
  if (apps === 'all') state.wantsAll = true;
  else for (const id of apps) state.wantedApps.add(id);
  if (state.wantedApps.size > APPS_MAX) state.wantsAll = true;
  if (state.phase === 'idle' && isWanted(state)) read(turn);
}

function isWanted({ wantsAll, wantedApps }: FollowerState): boolean {
  return wantsAll || wantedApps.size > 0;
}

/** Begins a reading: of the apps that are wanted alone, or of all. */
function read({ state, now, effects }: FollowerTurn): void {
  const { wantsAll, wantedApps } = state;
  const apps = wantsAll || wantedApps.size === 0 ? 'all' : [...wantedApps];
  state.phase = 'reading';
  state.notBefore = now + (apps === 'all' ? SPACING_MS : SPACING_FEW_MS);
  state.wantsAll = false;
  state.wantedApps = new Set();
  effects.push({ kind: 'read', apps });
}

function readingOver(turn: FollowerTurn, retryAfterMs: Millis | undefined): void {
  const { state, now } = turn;
  if (state.phase !== 'reading') return;
  state.phase = 'spacing';
  state.neededAt = retryAfterMs === undefined ? undefined : now + retryAfterMs;
  if (state.notBefore > now) followerTimers.wake(turn, { kind: 'read' }, state.notBefore);
  else rest(turn);
}

/** Waits for the next reading, unless one is wanted already. */
function rest(turn: FollowerTurn): void {
  const { state, now } = turn;
  state.phase = 'idle';
  if (isWanted(state)) return read(turn);
  const usualMs = state.pollMs ?? (isStreaming(state) ? RESYNC_MS : POLL_MS);
  const dueAt = Math.min(now + usualMs, state.neededAt ?? Number.POSITIVE_INFINITY);
  followerTimers.wake(turn, { kind: 'read' }, Math.max(now, dueAt));
}

function readDue(turn: FollowerTurn): void {
  const { phase, notBefore } = turn.state;
  if (turn.now < notBefore) return;
  if (phase === 'spacing') rest(turn);
  else if (phase === 'idle') read(turn);
}

export const followerMachine = machine<
  FollowerState,
  FollowerEvents,
  FollowerEffect,
  (typeof followerTimers)['spec'],
  FollowerBoot,
  FollowerTurn
>({
  name: 'lb-follower',
  init: initFollower,
  start: plainTurn,
  transitions,
  timers: followerTimers,
  woke: {
    retry: (turn, timer) => following(turn, (part) => followWoke.retry(part, timer)),
    heartbeat: (turn, timer) => following(turn, (part) => followWoke.heartbeat(part, timer)),
    read: readDue,
  },
  check: ({ follow: followed }) => checkFollow(followed),
});
