/**
 * Decides how HAProxy is run: a running one is adopted, else one is started with the configuration of the earlier run or
 * with the apps as just read; one that ends is started again; a stop lets it serve on.
 *
 * In: started, haproxy.*, apps.*, sockets.*, stop.requested, woke(reading, restart, probe)
 * Out: find, adopt, read, start, ready, fail, probe, renew, detach, end, stopped
 * Always true: a serving HAProxy is ended only by a stop that says so; its configuration stays until the apps
 * have been read.
 */

import { note, type TimerHandlers, type Turn } from '../../cluster/model/machine';
import type { LbEffect } from './effects';
import type { ConfigSource, EventOf, LifeEvents } from './events';
import { FAILED_PROBES_MAX, type LbState, PROBE_WEIGHTS, RESTART_FIRST_MS } from './state';
import { lbTimers } from './timers/timers';

export type LbTurn = Turn<LbState, LbEffect>;

export const PROBE_MS = 1000;
export const RESTART_LAST_MS = 5000;

export const lifeTransitions: {
  readonly [K in Exclude<keyof LifeEvents, 'woke'>]: (turn: LbTurn, event: EventOf<K>) => void;
} = {
  started,
  'haproxy.found': haproxyFound,
  'haproxy.adopted': haproxyAdopted,
  'haproxy.started': haproxyStarted,
  'haproxy.refused': haproxyRefused,
  'haproxy.ended': haproxyEnded,
  'start.failed': startFailed,
  'apps.read': (turn) => {
    if (turn.state.phase === 'reading') start(turn, 'current');
  },
  'apps.unreachable': (turn, { why }) => {
    turn.state.unreachable = why;
    if (turn.state.phase === 'reading') start(turn, 'empty');
  },
  'apps.served': ({ state }) => {
    state.unreachable = undefined;
    state.previousRefused = undefined;
    state.served = 'current';
  },
  'sockets.probed': socketsProbed,
  'sockets.renewed': (turn, { why }) => {
    turn.state.renewing = false;
    if (why !== undefined) note(turn, 'error', "HAProxy's sockets cannot be made again yet", { why });
  },
  'stop.requested': stopRequested,
  'haproxy.released': haproxyReleased,
};

export const lifeTimers: Pick<
  TimerHandlers<LbTurn, (typeof lbTimers)['spec']>,
  'reading' | 'restart' | 'probe'
> = {
  reading: (turn) => {
    if (turn.state.phase !== 'reading') return;
    turn.state.unreachable ??= 'Marathon does not answer yet';
    start(turn, 'empty');
  },
  restart: (turn) => {
    if (turn.state.phase === 'restarting') turn.effects.push({ kind: 'start', source: 'previous' });
  },
  probe: (turn) => {
    const { state, now, effects } = turn;
    if (state.phase !== 'serving') return;
    if (!state.renewing && !state.probing) {
      state.probing = true;
      effects.push({ kind: 'probe' });
    }
    lbTimers.wake(turn, { kind: 'probe' }, now + PROBE_MS);
  },
};

function started({ state, effects }: LbTurn): void {
  if (state.phase !== 'new') return;
  state.phase = 'looking';
  effects.push({ kind: 'find' });
}

function haproxyFound(turn: LbTurn, { finding }: EventOf<'haproxy.found'>): void {
  const { state, effects } = turn;
  if (state.phase !== 'looking') return;
  if (finding.kind === 'serving') {
    state.phase = 'adopting';
    effects.push({ kind: 'adopt', pid: finding.pid });
    return;
  }
  if (finding.why !== '') note(turn, 'warn', finding.why);
  if (finding.previous) start(turn, 'previous');
  else read(turn);
}

function start({ state, effects }: LbTurn, source: ConfigSource): void {
  state.phase = 'starting';
  effects.push({ kind: 'start', source });
}

function read(turn: LbTurn): void {
  const { state, now, effects } = turn;
  state.phase = 'reading';
  effects.push({ kind: 'read' });
  lbTimers.wake(turn, { kind: 'reading' }, now + state.boot.readLimitMs);
}

function haproxyAdopted(turn: LbTurn, { pid }: EventOf<'haproxy.adopted'>): void {
  const { state, effects } = turn;
  if (state.phase !== 'adopting') return;
  state.adopted = true;
  state.served = 'previous';
  const text = 'adopted the HAProxy that serves; its configuration stays until the apps are read';
  note(turn, 'info', text, { haproxy: pid });
  serving(turn, pid);
  effects.push({ kind: 'ready' });
}

function serving(turn: LbTurn, pid: number): void {
  const { state, now } = turn;
  state.phase = 'serving';
  state.pid = pid;
  state.startRefused = undefined;
  state.restartDelayMs = RESTART_FIRST_MS;
  state.failedProbes.runtime = 0;
  state.failedProbes.master = 0;
  lbTimers.wake(turn, { kind: 'probe' }, now + PROBE_MS);
}

function haproxyStarted(turn: LbTurn, { pid, source }: EventOf<'haproxy.started'>): void {
  const { state, effects } = turn;
  if (state.phase === 'starting') {
    state.served = source;
    const previous = 'HAProxy starts with the configuration of the run before, until the apps are read';
    note(turn, 'info', source === 'previous' ? previous : 'HAProxy runs', { haproxy: pid });
    serving(turn, pid);
    effects.push({ kind: 'ready' });
    return;
  }
  if (state.phase !== 'restarting') return;
  // This run started it, and it has the file on disk, which is what the HAProxy before it served.
  state.adopted = false;
  note(turn, 'info', 'HAProxy runs again', { haproxy: pid });
  serving(turn, pid);
}

function haproxyRefused(turn: LbTurn, { source, why }: EventOf<'haproxy.refused'>): void {
  const { state, effects } = turn;
  if (state.phase === 'restarting') return restartLater(turn, why);
  if (state.phase !== 'starting') return;
  if (source === 'current') return start(turn, 'empty');
  if (source === 'empty') return void effects.push({ kind: 'fail', why: `HAProxy does not start: ${why}` });
  state.previousRefused = why;
  note(turn, 'error', 'HAProxy cannot load the configuration of the run before', { why });
  read(turn);
}

function restartLater(turn: LbTurn, why: string): void {
  const { state, now } = turn;
  state.startRefused = why;
  const delayMs = state.restartDelayMs;
  state.restartDelayMs = Math.min(RESTART_LAST_MS, delayMs * 2);
  note(turn, 'error', 'HAProxy does not start again', { why, delayMs });
  lbTimers.wake(turn, { kind: 'restart' }, now + delayMs);
}

/** The workers end with their master; a new HAProxy starts with the file on disk. */
function haproxyEnded(turn: LbTurn, { pid, status }: EventOf<'haproxy.ended'>): void {
  const { state, effects } = turn;
  if (state.phase !== 'serving' || pid !== state.pid) return;
  state.phase = 'restarting';
  state.pid = undefined;
  note(turn, 'error', 'HAProxy ended; starting it again', { haproxy: pid, status });
  effects.push({ kind: 'start', source: 'previous' });
}

/** During a restart every kind of failure leads to the next attempt. */
function startFailed(turn: LbTurn, { why }: EventOf<'start.failed'>): void {
  const { state, effects } = turn;
  if (state.phase === 'restarting') return restartLater(turn, why);
  const starts = ['looking', 'adopting', 'reading', 'starting'].includes(state.phase);
  if (starts) effects.push({ kind: 'fail', why });
}

function socketsProbed(turn: LbTurn, { runtime, master }: EventOf<'sockets.probed'>): void {
  const { state, effects } = turn;
  state.probing = false;
  if (state.phase !== 'serving') return;
  const { failedProbes } = state;
  const before = isGone(state);
  failedProbes.runtime = runtime === 'answers' ? 0 : failedProbes.runtime + PROBE_WEIGHTS[runtime];
  failedProbes.master = master === 'answers' ? 0 : failedProbes.master + PROBE_WEIGHTS[master];
  const gone = isGone(state);
  if (before && !gone) return note(turn, 'info', "HAProxy's sockets answer again");
  if (!gone || state.renewing) return;
  state.renewing = true;
  note(turn, 'warn', "a socket of HAProxy's is gone; it is made again", { runtime, master });
  effects.push({ kind: 'renew', runtime: failedProbes.runtime >= FAILED_PROBES_MAX });
}

function isGone({ failedProbes }: LbState): boolean {
  return failedProbes.runtime >= FAILED_PROBES_MAX || failedProbes.master >= FAILED_PROBES_MAX;
}

/**
 * After a failed start only a HAProxy of this run is ended. A HAProxy that is just being started is detached like one
 * that serves, after the attempt.
 */
function stopRequested(turn: LbTurn, { failed }: EventOf<'stop.requested'>): void {
  const { state, effects } = turn;
  const { phase, adopted, boot, pid } = state;
  if (phase === 'stopping' || phase === 'stopped') return;
  state.phase = 'stopping';
  const ends = failed ? !adopted : boot.endHaproxy;
  const early = phase === 'new' || phase === 'looking' || phase === 'adopting';
  if (!early && (ends || phase === 'reading')) return void effects.push({ kind: 'end' });
  if (!early && pid !== undefined) servesOn(turn, pid);
  if (!early && pid === undefined) {
    state.releasing = true;
    note(turn, 'info', 'HAProxy is being started; the stop waits until it serves, or cannot');
  }
  effects.push({ kind: 'detach' });
}

function servesOn(turn: LbTurn, pid: number): void {
  const text = `HAProxy serves on; the next start adopts it, and kill ${pid} ends it`;
  note(turn, 'info', text, { haproxy: pid });
}

function haproxyReleased(turn: LbTurn, { pid }: EventOf<'haproxy.released'>): void {
  const { state, effects } = turn;
  if (state.phase !== 'stopping') return;
  state.phase = 'stopped';
  if (state.releasing && pid !== undefined) servesOn(turn, pid);
  else if (state.releasing) note(turn, 'error', NEVER_SERVED);
  effects.push({ kind: 'stopped' });
}

const NEVER_SERVED =
  'HAProxy does not serve: it could not be started; the next start of the load balancer starts it';
