/**
 * Decides when a change of structure, which only a reload brings, is reloaded: now, after unwanted services have lingered,
 * or after the worker of an earlier reload is gone; and when a refused configuration is tried again.
 *
 * In: structure.*, workers.looked, worker.gone, config.refused, refresh.wanted      Out: look, await-worker, wake(refresh)
 * Always true: each `structure.differs` is answered by one `reload-now` or one `put-off`, at once or after
 * `workers.looked`; after a `put-off` the apps are served again by themselves.
 */

import type { CommonEffect, Stamped } from '../../../cluster/model/event';
import type { Millis } from '../../../cluster/model/time';
import { lbTimers } from '../timers/timers';

/** Settings that stay the same for one run of the load balancer. */
export interface ReloadBoot {
  /** `--reload-wait`: time of the worker of an earlier reload before the next reload ends it. */
  readonly reloadWaitMs: number;
  /** `--reload-linger`: time of an unwanted service without servers before a reload removes it. */
  readonly lingerMs: number;
}

export interface ReloadEvents {
  /**
   * HAProxy has the wanted servers as far as it can, but another structure. `retiring`: a reload would only remove
   * services that may linger. `commandsFailed`: HAProxy refused commands, which a reload repairs.
   */
  'structure.differs': { readonly retiring: boolean; readonly commandsFailed: boolean };
  /** HAProxy has the wanted structure, by commands or by a reload. */
  'structure.served': Record<never, never>;
  /** Old workers that still have connections; `long`: a session of the current worker has lasted for the linger time. */
  'workers.looked': { readonly old: number; readonly long: boolean };
  /** No old worker is left, or the wait for them is over. */
  'worker.gone': Record<never, never>;
  /** HAProxy refuses a configuration, named by its hash. */
  'config.refused': { readonly config: string; readonly why: string };
  /** The apps as last read are to be served again soon. */
  'refresh.wanted': Record<never, never>;
}
export type ReloadEvent = Stamped<ReloadEvents>;

export type ReloadEffect =
  /** Count old workers, and with `sessions` look for long sessions; answered by `workers.looked`. */
  | { readonly kind: 'look'; readonly sessions: boolean }
  /** Wait until no old worker is left; answered by `worker.gone`. */
  | { readonly kind: 'await-worker'; readonly limitMs: number };

/** The answers to `structure.differs`, for the refresh that asks. */
export type ReloadAnswer = { readonly kind: 'reload-now' } | { readonly kind: 'put-off' };

/** A configuration that HAProxy refused, by its hash. */
export interface RefusedConfig {
  readonly config: string;
  readonly why: string;
  readonly at: Millis;
}

export interface ReloadState {
  readonly boot: ReloadBoot;
  /** Times since when a change of structure waits and since when services linger. */
  structureSince: Millis | undefined;
  lingerSince: Millis | undefined;
  /** The question that `workers.looked` answers. */
  looking: 'linger' | 'wait' | undefined;
  /** An old worker is waited for. */
  awaiting: boolean;
  refused: RefusedConfig | undefined;
}

export interface ReloadTurn {
  readonly state: ReloadState;
  readonly now: Millis;
  readonly effects: { push(effect: ReloadEffect | ReloadAnswer | CommonEffect): unknown };
}

/** Time until a refused configuration is tried again although nothing changed. */
export const RETRY_MS = 5000;

export function initReload({ reloadWaitMs, lingerMs }: ReloadBoot): ReloadState {
  return {
    boot: { reloadWaitMs, lingerMs },
    structureSince: undefined,
    lingerSince: undefined,
    looking: undefined,
    awaiting: false,
    refused: undefined,
  };
}

export const reloadTransitions: {
  readonly [K in keyof ReloadEvents]: (turn: ReloadTurn, event: Stamped<ReloadEvents, K>) => void;
} = {
  'structure.differs': structureDiffers,
  'structure.served': ({ state }) => {
    state.structureSince = undefined;
    state.lingerSince = undefined;
    state.refused = undefined;
  },
  'workers.looked': workersLooked,
  'worker.gone': (turn) => {
    turn.state.awaiting = false;
    refreshAt(turn, turn.now);
  },
  'config.refused': ({ state, now }, { config, why }) => {
    state.refused = { config, why, at: now };
  },
  'refresh.wanted': (turn) => refreshAt(turn, turn.now),
};

function structureDiffers(
  turn: ReloadTurn,
  { retiring, commandsFailed }: Stamped<ReloadEvents, 'structure.differs'>,
): void {
  const { state, now, effects } = turn;
  // Commands that failed need a reload, whatever may linger.
  if (commandsFailed) return waitOrReload(turn);
  if (!retiring) {
    state.lingerSince = undefined;
    return waitOrReload(turn);
  }
  state.lingerSince ??= now;
  const over = state.lingerSince + state.boot.lingerMs;
  if (now < over) {
    refreshAt(turn, over);
    effects.push({ kind: 'put-off' });
    return;
  }
  state.looking = 'linger';
  effects.push({ kind: 'look', sessions: true });
}

function waitOrReload({ state, now, effects }: ReloadTurn): void {
  state.structureSince ??= now;
  if (now >= state.structureSince + state.boot.reloadWaitMs) return void effects.push({ kind: 'reload-now' });
  state.looking = 'wait';
  effects.push({ kind: 'look', sessions: false });
}

function workersLooked(turn: ReloadTurn, { old, long }: Stamped<ReloadEvents, 'workers.looked'>): void {
  const { state, now, effects } = turn;
  const { looking, boot } = state;
  state.looking = undefined;
  if (looking === undefined) return;
  if (looking === 'linger') {
    if (old === 0 && !long) return waitOrReload(turn);
    // No long connection may end only because unwanted services are removed.
    refreshAt(turn, now + boot.lingerMs);
    effects.push({ kind: 'put-off' });
    return;
  }
  const limitMs = (state.structureSince ?? now) + boot.reloadWaitMs - now;
  if (old === 0 || limitMs <= 0) return void effects.push({ kind: 'reload-now' });
  if (!state.awaiting) effects.push({ kind: 'await-worker', limitMs });
  state.awaiting = true;
  effects.push({ kind: 'put-off' });
}

/** A later one replaces it: there is one timer. */
function refreshAt(turn: ReloadTurn, time: Millis): void {
  lbTimers.wake(turn, { kind: 'refresh' }, time);
}

/** The hash of a configuration that is not to be tried again yet. */
export function refusedLately({ refused }: ReloadState, now: Millis): string | undefined {
  return refused !== undefined && now - refused.at < RETRY_MS ? refused.config : undefined;
}
