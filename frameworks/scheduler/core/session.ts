/**
 * The session of a scheduler with the master: the choice of a master, retries, redirects, and missed heartbeats.
 *
 *   idle -> opening -> opened -> subscribed
 *             ^  |________|___________|        (closed, refused, silent)
 *             +-- waiting <-+                        (for a while, or until somebody leads)
 *
 * Always true: at most one connection counts, and events of an earlier one are ignored. Pure: the edge opens streams.
 */

import type * as mesos from '../../../cluster/api/generated/mesos';
import type * as scheduler from '../../../cluster/api/generated/scheduler';
import type { CommonEffect, Machine, Stamped, Woke } from '../../../cluster/model/event';
import { nextRandom, type Random, randomFrom } from '../../../cluster/model/random';
import type { Millis } from '../../../cluster/model/time';

/** Missed heartbeats after which the connection counts as dead. */
const HEARTBEATS_MISSED_MAX = 5;
const HEARTBEAT_MS = 15_000;
const FIRST_RETRY_MS = 100;
const RETRY_MAX_MS = 5000;
/** Redirects followed in a row before a pause: during an election two masters may redirect to each other. */
const REDIRECTS_MAX = 3;

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
  masters: readonly string[];
  readonly random: Random;
  phase: 'idle' | 'opening' | 'opened' | 'subscribed' | 'waiting' | 'stopped';
  connection: number;
  url: string;
  nextMaster: number;
  redirects: number;
  failures: number;
  info?: mesos.FrameworkInfo | undefined;
  heartbeatMs: Millis;
  heardAt: Millis;
}

function init({ masters, seed }: SessionBoot): SessionState {
  return {
    masters,
    random: randomFrom(seed),
    phase: 'idle',
    connection: 0,
    url: '',
    nextMaster: 0,
    redirects: 0,
    failures: 0,
    heartbeatMs: HEARTBEAT_MS,
    heardAt: 0,
  };
}

type EventOf<K extends keyof SessionEvents> = Stamped<SessionEvents, K>;

const transitions: {
  [K in keyof SessionEvents]: (state: SessionState, event: EventOf<K>) => SessionEffect[];
} = {
  framework: (state, { info }) => {
    state.info = info;
    return state.phase === 'idle' ? openNext(state) : [];
  },
  masters: mastersChanged,
  opened: (state, { connection, at: now }) => {
    if (!isCurrent(state, connection) || state.phase !== 'opening') return [];
    state.phase = 'opened';
    state.heardAt = now;
    return [watch(state)];
  },
  redirected: (state, { connection, url, at: now }) => {
    if (!isCurrent(state, connection)) return [];
    if (state.redirects >= REDIRECTS_MAX) return retryLater(state, now, 'too many redirects');
    state.redirects++;
    return open(state, url);
  },
  closed: (state, { connection, reason, at: now }) =>
    isCurrent(state, connection) ? retryLater(state, now, reason) : [],
  received,
  woke,
  stop: (state) => {
    state.phase = 'stopped';
    return [{ kind: 'close' }];
  },
};

/** True for the newest connection while it is open. */
function isCurrent(state: SessionState, connection: number): boolean {
  return connection === state.connection && state.phase !== 'waiting' && state.phase !== 'stopped';
}

function mastersChanged(state: SessionState, { masters }: EventOf<'masters'>): SessionEffect[] {
  state.masters = masters;
  state.nextMaster = 0;
  // Without a known leader the existing connection may still be good.
  if (state.phase === 'idle' || state.phase === 'stopped' || masters.length === 0) return [];
  if (state.phase === 'waiting') return openNext(state);
  if (masters.includes(state.url)) return [];
  const reason = 'another master leads';
  return [
    { kind: 'close' },
    ...(state.phase === 'subscribed'
      ? [{ kind: 'tell', notice: { kind: 'disconnected', reason } } as const]
      : []),
    ...openNext(state),
  ];
}

/** Opens a connection to the next master, or waits until a master is known. */
function openNext(state: SessionState): SessionEffect[] {
  state.redirects = 0;
  if (state.masters.length === 0) {
    state.phase = 'waiting';
    return [];
  }
  const url = state.masters[state.nextMaster % state.masters.length] ?? '';
  state.nextMaster++;
  return open(state, url);
}

function open(state: SessionState, url: string): SessionEffect[] {
  if (!state.info) return [];
  state.phase = 'opening';
  state.connection++;
  state.url = url;
  return [{ kind: 'open', connection: state.connection, url, info: state.info }];
}

function retryLater(state: SessionState, now: Millis, reason: string): SessionEffect[] {
  const wasSubscribed = state.phase === 'subscribed';
  state.phase = 'waiting';
  const limit = Math.min(RETRY_MAX_MS, FIRST_RETRY_MS * 2 ** state.failures);
  state.failures = Math.min(state.failures + 1, 30);
  // Between half of the limit and all of it, so that many frameworks do not come back in step.
  const pause = Math.round(limit * (0.5 + nextRandom(state.random) / 2));
  const level = state.failures === 1 || wasSubscribed ? 'warn' : 'debug';
  return [
    { kind: 'close' },
    ...(wasSubscribed ? [{ kind: 'tell', notice: { kind: 'disconnected', reason } } as const] : []),
    { kind: 'note', level, text: 'no connection to the master', fields: { url: state.url, reason } },
    { kind: 'wake', timer: 'retry', at: now + pause },
  ];
}

function received(state: SessionState, { connection, event, at: now }: EventOf<'received'>): SessionEffect[] {
  if (!isCurrent(state, connection)) return [];
  state.heardAt = now;
  if (event.type === 'SUBSCRIBED' && event.subscribed) return subscribed(state, event.subscribed);
  if (event.type === 'HEARTBEAT') return [];
  return [{ kind: 'tell', notice: { kind: 'event', event } }];
}

function subscribed(state: SessionState, subscription: scheduler.Event.Subscribed): SessionEffect[] {
  state.phase = 'subscribed';
  state.failures = 0;
  state.redirects = 0;
  state.heartbeatMs = (subscription.heartbeat_interval_seconds ?? HEARTBEAT_MS / 1000) * 1000;
  return [
    { kind: 'tell', notice: { kind: 'subscribed', url: state.url, subscribed: subscription } },
    watch(state),
  ];
}

function woke(state: SessionState, { timer, at: now }: EventOf<'woke'>): SessionEffect[] {
  if (timer === 'retry') return state.phase === 'waiting' ? openNext(state) : [];
  if (state.phase !== 'opened' && state.phase !== 'subscribed') return [];
  if (now < deadline(state)) return [watch(state)];
  return retryLater(state, now, `silent for ${HEARTBEATS_MISSED_MAX} heartbeats`);
}

function deadline({ heardAt, heartbeatMs }: SessionState): Millis {
  return heardAt + HEARTBEATS_MISSED_MAX * heartbeatMs;
}

function watch(state: SessionState): SessionEffect {
  return { kind: 'wake', timer: 'heartbeat', at: deadline(state) };
}

export const sessionMachine: Machine<SessionState, SessionEvent, SessionEffect, SessionBoot> = {
  name: 'scheduler-session',
  init,
  step: (state, event) => {
    const transition = transitions[event.kind] as (
      state: SessionState,
      event: SessionEvent,
    ) => SessionEffect[];
    return transition(state, event);
  },
};
