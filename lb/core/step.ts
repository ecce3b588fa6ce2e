/**
 * Decides how HAProxy is run: a running one is adopted, else one is started with the configuration of the earlier run or
 * with the apps as just read; one that ends is started again; a stop lets it serve on.
 *
 * In: started, haproxy.*, apps.*, sockets.*, stop.requested, woke; structure.* and its like go to reload/reload-policy.ts
 * Out: find, adopt, read, start, renew, detach, end
 * Always true: a serving HAProxy is ended only by a stop that says so; its configuration stays until the apps
 * have been read.
 */

import type { Machine } from '../../cluster/model/event';
import { count, drainTransitions } from './drains/drain-requests';
import { COUNT_TIMER, type DrainEvent, type DrainTurn } from './drains/drains';
import type { LbEffect } from './effects';
import type { ConfigSource, EventOf, LbBoot, LbEvent, LifeEvents } from './events';
import { REFRESH_TIMER, type ReloadEvent, type ReloadState, reloadTransitions } from './reload/reload-policy';
import { FAILED_PROBES_MAX, initLb, type LbState, PROBE_WEIGHTS, RESTART_FIRST_MS } from './state';

export const PROBE_MS = 1000;
export const RESTART_LAST_MS = 5000;

const TRANSITIONS: {
  readonly [K in keyof LifeEvents]: (state: LbState, event: EventOf<K>) => LbEffect[];
} = {
  started,
  'haproxy.found': haproxyFound,
  'haproxy.adopted': haproxyAdopted,
  'haproxy.started': haproxyStarted,
  'haproxy.refused': haproxyRefused,
  'haproxy.ended': haproxyEnded,
  'start.failed': startFailed,
  'apps.read': appsRead,
  'apps.unreachable': appsUnreachable,
  'apps.served': appsServed,
  'sockets.probed': socketsProbed,
  'sockets.renewed': socketsRenewed,
  'stop.requested': stopRequested,
  'haproxy.released': haproxyReleased,
  woke,
};

export const lbMachine: Machine<LbState, LbEvent, LbEffect, LbBoot> = {
  name: 'lb',
  init: initLb,
  step: (state, event) => {
    if (isDrainEvent(event)) return drainStep(state, event);
    if (!isReloadEvent(event))
      return (TRANSITIONS[event.kind] as (state: LbState, event: LbEvent) => LbEffect[])(state, event);
    const transition = reloadTransitions[event.kind] as (
      state: ReloadState,
      event: ReloadEvent,
    ) => LbEffect[];
    return transition(state.reload, event);
  },
};

function isReloadEvent(event: LbEvent): event is ReloadEvent {
  return event.kind in reloadTransitions;
}

function isDrainEvent(event: LbEvent): event is DrainEvent {
  return event.kind in drainTransitions;
}

function drainStep(state: LbState, event: DrainEvent): LbEffect[] {
  const effects: LbEffect[] = [];
  const transition = drainTransitions[event.kind] as (turn: DrainTurn, event: DrainEvent) => void;
  transition({ state: state.drains, now: event.at, effects }, event);
  return effects;
}

function started(state: LbState): LbEffect[] {
  if (state.phase !== 'new') return [];
  state.phase = 'looking';
  return [{ kind: 'find' }];
}

function haproxyFound(state: LbState, { finding, at: now }: EventOf<'haproxy.found'>): LbEffect[] {
  if (state.phase !== 'looking') return [];
  if (finding.kind === 'serving') {
    state.phase = 'adopting';
    return [{ kind: 'adopt', pid: finding.pid }];
  }
  const left: LbEffect[] = finding.why === '' ? [] : [{ kind: 'note', level: 'warn', text: finding.why }];
  return [...left, ...(finding.previous ? start(state, 'previous') : read(state, now))];
}

function start(state: LbState, source: ConfigSource): LbEffect[] {
  state.phase = 'starting';
  return [{ kind: 'start', source }];
}

function read(state: LbState, now: number): LbEffect[] {
  state.phase = 'reading';
  return [{ kind: 'read' }, { kind: 'wake', timer: 'reading', at: now + state.boot.readLimitMs }];
}

function haproxyAdopted(state: LbState, { pid, at: now }: EventOf<'haproxy.adopted'>): LbEffect[] {
  if (state.phase !== 'adopting') return [];
  state.adopted = true;
  state.served = 'previous';
  const text = 'adopted the HAProxy that serves; its configuration stays until the apps are read';
  return [
    { kind: 'note', level: 'info', text, fields: { haproxy: pid } },
    ...serving(state, pid, now),
    { kind: 'ready' },
  ];
}

function serving(state: LbState, pid: number, now: number): LbEffect[] {
  state.phase = 'serving';
  state.pid = pid;
  state.startRefused = undefined;
  state.restartDelayMs = RESTART_FIRST_MS;
  state.failedProbes.runtime = 0;
  state.failedProbes.master = 0;
  return [{ kind: 'wake', timer: 'probe', at: now + PROBE_MS }];
}

function haproxyStarted(state: LbState, { pid, source, at: now }: EventOf<'haproxy.started'>): LbEffect[] {
  if (state.phase === 'starting') {
    state.served = source;
    const previous = 'HAProxy starts with the configuration of the run before, until the apps are read';
    const text = source === 'previous' ? previous : 'HAProxy runs';
    const note: LbEffect = { kind: 'note', level: 'info', text, fields: { haproxy: pid } };
    return [note, ...serving(state, pid, now), { kind: 'ready' }];
  }
  if (state.phase !== 'restarting') return [];
  // This run started it, and it has the file on disk, which is what the HAProxy before it served.
  state.adopted = false;
  return [
    { kind: 'note', level: 'info', text: 'HAProxy runs again', fields: { haproxy: pid } },
    ...serving(state, pid, now),
  ];
}

function haproxyRefused(state: LbState, { source, why, at: now }: EventOf<'haproxy.refused'>): LbEffect[] {
  if (state.phase === 'starting' && source === 'previous') {
    state.previousRefused = why;
    const text = 'HAProxy cannot load the configuration of the run before';
    return [{ kind: 'note', level: 'error', text, fields: { why } }, ...read(state, now)];
  }
  if (state.phase === 'starting' && source === 'current') return start(state, 'empty');
  if (state.phase === 'starting') return [{ kind: 'fail', why: `HAProxy does not start: ${why}` }];
  return state.phase === 'restarting' ? restartLater(state, why, now) : [];
}

function restartLater(state: LbState, why: string, now: number): LbEffect[] {
  state.startRefused = why;
  const delayMs = state.restartDelayMs;
  state.restartDelayMs = Math.min(RESTART_LAST_MS, delayMs * 2);
  return [
    { kind: 'note', level: 'error', text: 'HAProxy does not start again', fields: { why, delayMs } },
    { kind: 'wake', timer: 'restart', at: now + delayMs },
  ];
}

/** The workers end with their master; a new HAProxy starts with the file on disk. */
function haproxyEnded(state: LbState, { pid, status }: EventOf<'haproxy.ended'>): LbEffect[] {
  if (state.phase !== 'serving' || pid !== state.pid) return [];
  state.phase = 'restarting';
  state.pid = undefined;
  return [
    {
      kind: 'note',
      level: 'error',
      text: 'HAProxy ended; starting it again',
      fields: { haproxy: pid, status },
    },
    { kind: 'start', source: 'previous' },
  ];
}

/** During a restart every kind of failure leads to the next attempt. */
function startFailed(state: LbState, { why, at: now }: EventOf<'start.failed'>): LbEffect[] {
  if (state.phase === 'restarting') return restartLater(state, why, now);
  const starts = ['looking', 'adopting', 'reading', 'starting'].includes(state.phase);
  return starts ? [{ kind: 'fail', why }] : [];
}

function appsRead(state: LbState): LbEffect[] {
  return state.phase === 'reading' ? start(state, 'current') : [];
}

function appsUnreachable(state: LbState, { why }: EventOf<'apps.unreachable'>): LbEffect[] {
  state.unreachable = why;
  return state.phase === 'reading' ? start(state, 'empty') : [];
}

function appsServed(state: LbState): LbEffect[] {
  state.unreachable = undefined;
  state.previousRefused = undefined;
  state.served = 'current';
  return [];
}

function socketsProbed(state: LbState, { runtime, master }: EventOf<'sockets.probed'>): LbEffect[] {
  state.probing = false;
  if (state.phase !== 'serving') return [];
  const { failedProbes } = state;
  const before = isGone(state);
  failedProbes.runtime = runtime === 'answers' ? 0 : failedProbes.runtime + PROBE_WEIGHTS[runtime];
  failedProbes.master = master === 'answers' ? 0 : failedProbes.master + PROBE_WEIGHTS[master];
  const gone = isGone(state);
  if (before && !gone) return [{ kind: 'note', level: 'info', text: "HAProxy's sockets answer again" }];
  if (!gone || state.renewing) return [];
  state.renewing = true;
  const fields = { runtime, master };
  return [
    { kind: 'note', level: 'warn', text: "a socket of HAProxy's is gone; it is made again", fields },
    { kind: 'renew', runtime: failedProbes.runtime >= FAILED_PROBES_MAX },
  ];
}

function isGone({ failedProbes }: LbState): boolean {
  return failedProbes.runtime >= FAILED_PROBES_MAX || failedProbes.master >= FAILED_PROBES_MAX;
}

function socketsRenewed(state: LbState, { why }: EventOf<'sockets.renewed'>): LbEffect[] {
  state.renewing = false;
  if (why === undefined) return [];
  return [
    { kind: 'note', level: 'error', text: "HAProxy's sockets cannot be made again yet", fields: { why } },
  ];
}

/**
 * After a failed start only a HAProxy of this run is ended. A HAProxy that is just being started is detached like one
 * that serves, after the attempt.
 */
function stopRequested(state: LbState, { failed }: EventOf<'stop.requested'>): LbEffect[] {
  const { phase, adopted, boot, pid } = state;
  if (phase === 'stopping' || phase === 'stopped') return [];
  state.phase = 'stopping';
  if (phase === 'new' || phase === 'looking' || phase === 'adopting') return [{ kind: 'detach' }];
  const ends = failed ? !adopted : boot.endHaproxy;
  if (ends || phase === 'reading') return [{ kind: 'end' }];
  if (pid !== undefined) return [servesOn(pid), { kind: 'detach' }];
  state.releasing = true;
  const text = 'HAProxy is being started; the stop waits until it serves, or cannot';
  return [{ kind: 'note', level: 'info', text }, { kind: 'detach' }];
}

function servesOn(pid: number): LbEffect {
  const text = `HAProxy serves on; the next start adopts it, and kill ${pid} ends it`;
  return { kind: 'note', level: 'info', text, fields: { haproxy: pid } };
}

function haproxyReleased(state: LbState, { pid }: EventOf<'haproxy.released'>): LbEffect[] {
  if (state.phase !== 'stopping') return [];
  state.phase = 'stopped';
  if (!state.releasing) return [{ kind: 'stopped' }];
  const text =
    'HAProxy does not serve: it could not be started; the next start of the load balancer starts it';
  const away: LbEffect = { kind: 'note', level: 'error', text };
  return [pid === undefined ? away : servesOn(pid), { kind: 'stopped' }];
}

function woke(state: LbState, { timer, at: now }: EventOf<'woke'>): LbEffect[] {
  if (timer === REFRESH_TIMER) return [{ kind: 'refresh' }];
  if (timer === COUNT_TIMER) {
    const effects: LbEffect[] = [];
    count({ state: state.drains, now, effects });
    return effects;
  }
  if (timer === 'reading' && state.phase === 'reading') {
    state.unreachable ??= 'Marathon does not answer yet';
    return start(state, 'empty');
  }
  if (timer === 'restart' && state.phase === 'restarting') return [{ kind: 'start', source: 'previous' }];
  if (timer !== 'probe' || state.phase !== 'serving') return [];
  const again: LbEffect = { kind: 'wake', timer: 'probe', at: now + PROBE_MS };
  if (state.renewing || state.probing) return [again];
  state.probing = true;
  return [{ kind: 'probe' }, again];
}
