/**
 * The session of a scheduler with the master: the stream is followed as cluster/model/follow does it, and what it tells goes
 * to the framework.
 *
 * Always true: at most one connection counts, and events of an earlier one are ignored. Pure: the edge opens streams.
 */

import type * as mesos from '../../../cluster/api/generated/mesos';
import type * as scheduler from '../../../cluster/api/generated/scheduler';
import type { CommonEffect, Stamped, Woke } from '../../../cluster/model/event';
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
  isCurrent,
} from '../../../cluster/model/follow/follow';
import type { FollowPolicy } from '../../../cluster/model/follow/policy';
import { machine, note, plainTurn, type Transitions, type Turn } from '../../../cluster/model/machine';

const POLICY: FollowPolicy = {
  backOff: { firstMs: 100, factor: 2, maxMs: 5000, spread: 0.5, failuresAtStart: 0 },
  goodLifeMs: 0,
  heartbeat: { ms: 15_000, missedMax: 5 },
  redirectsMax: 3,
  perRound: 'one',
  pollMs: undefined,
  newSources: 'keep',
};

export interface SessionBoot {
  /** Base URLs of the masters, such as `http://10.0.0.1:5050`. */
  readonly masters: readonly string[];
  readonly seed: number;
}

export interface SessionEvents {
  /** The FrameworkInfo to subscribe with from now on. The first one starts the session. */
  framework: { info: mesos.FrameworkInfo };
  /**
   * The masters to subscribe at from now on; none without a leader. The connection to a master that is none of them
   * is closed at once.
   */
  masters: { masters: readonly string[] };
  /** The stream is open; SUBSCRIBED has yet to come. */
  opened: { connection: number };
  redirected: { connection: number; url: string };
  /** The stream could not be opened, was refused, or has ended. */
  closed: { connection: number; reason: string };
  received: { connection: number; event: scheduler.Event };
  woke: Woke;
  stop: object;
}

export type SessionEvent = Stamped<SessionEvents>;

/** The notices to the framework, in order. */
export type SchedulerNotice =
  | { readonly kind: 'subscribed'; readonly url: string; readonly subscribed: scheduler.Event.Subscribed }
  | { readonly kind: 'event'; readonly event: scheduler.Event }
  | { readonly kind: 'disconnected'; readonly reason: string };

export type SessionEffect =
  | CommonEffect
  | {
      readonly kind: 'open';
      readonly connection: number;
      readonly url: string;
      readonly info: mesos.FrameworkInfo;
    }
  | { readonly kind: 'close' }
  | { readonly kind: 'tell'; readonly notice: SchedulerNotice };

export interface SessionState {
  readonly follow: FollowState;
  info?: mesos.FrameworkInfo | undefined;
}

type SessionTurn = Turn<SessionState, SessionEffect>;

type EventOf<K extends keyof SessionEvents> = Stamped<SessionEvents, K>;

const transitions: Transitions<SessionTurn, SessionEvents> = {
  framework: (turn, { info }) => {
    turn.state.info = info;
    following(turn, (part) => follow.started(part, {}));
  },
  masters: (turn, { masters }) =>
    following(turn, (part) => follow['sources.changed'](part, { sources: masters })),
  opened: (turn, { connection }) => following(turn, (part) => follow.opened(part, { attempt: connection })),
  redirected: (turn, { connection, url }) =>
    following(turn, (part) => follow.redirected(part, { attempt: connection, url })),
  closed: (turn, { connection, reason }) =>
    following(turn, (part) => follow.closed(part, { attempt: connection, reason })),
  received,
  stop: (turn) => following(turn, (part) => follow.stopped(part, {})),
};

/** Lets the part of the machine that follows the stream take an event, and translates its effects. */
function following(turn: SessionTurn, take: (part: FollowTurn) => void): void {
  const part: FollowTurn = { state: turn.state.follow, now: turn.now, effects: [] };
  take(part);
  for (const effect of part.effects) translate(turn, effect);
}

function translate(turn: SessionTurn, effect: FollowEffect): void {
  const { state, effects } = turn;
  switch (effect.kind) {
    case 'open': {
      const { attempt: connection, url } = effect;
      if (state.info) effects.push({ kind: 'open', connection, url, info: state.info });
      return;
    }
    case 'poll':
      return;
    case 'ended':
      return ended(turn, effect);
    default:
      effects.push(effect);
  }
}

function ended(turn: SessionTurn, { phase, cause, url, reason: why, failures }: FollowEnd): void {
  const reason = cause === 'replaced' ? 'another master leads' : why;
  const wasSubscribed = phase === 'following';
  if (wasSubscribed) turn.effects.push({ kind: 'tell', notice: { kind: 'disconnected', reason } });
  const level = failures === 1 || wasSubscribed ? 'warn' : 'debug';
  if (cause !== 'replaced') note(turn, level, 'no connection to the master', { url, reason });
}

function received(turn: SessionTurn, { connection, event }: EventOf<'received'>): void {
  const { state, effects } = turn;
  if (!isCurrent(state.follow, connection)) return;
  following(turn, (part) => follow.heard(part, { attempt: connection }));
  if (event.type === 'SUBSCRIBED' && event.subscribed) subscribed(turn, connection, event.subscribed);
  else if (event.type !== 'HEARTBEAT') effects.push({ kind: 'tell', notice: { kind: 'event', event } });
}

function subscribed(turn: SessionTurn, connection: number, subscription: scheduler.Event.Subscribed): void {
  const { url } = turn.state.follow;
  turn.effects.push({ kind: 'tell', notice: { kind: 'subscribed', url, subscribed: subscription } });
  const { ms } = POLICY.heartbeat;
  const heartbeatMs = (subscription.heartbeat_interval_seconds ?? ms / 1000) * 1000;
  following(turn, (part) => follow.begun(part, { attempt: connection, heartbeatMs }));
}

export const sessionMachine = machine<
  SessionState,
  SessionEvents,
  SessionEffect,
  (typeof followTimers)['spec'],
  SessionBoot,
  SessionTurn
>({
  name: 'scheduler-session',
  init: ({ masters, seed }) => ({ follow: initFollow(POLICY, masters, seed) }),
  start: plainTurn,
  transitions,
  timers: followTimers,
  woke: {
    retry: (turn, timer) => following(turn, (part) => followWoke.retry(part, timer)),
    heartbeat: (turn, timer) => following(turn, (part) => followWoke.heartbeat(part, timer)),
  },
  check: ({ follow: followed }) => checkFollow(followed),
});
