/**
 * Decides when a change of structure, which only a reload brings, is reloaded: now, after unwanted services have lingered,
 * or after the worker of an earlier reload is gone; and when a refused configuration is tried again.
 *
 * In: structure.*, workers.looked, worker.gone, config.*, refresh.wanted, woke(refresh)
 * Out: look, await-worker, reload, put-off, refresh, wake
 * Always true: each `structure.differs` is answered by one `reload` or one `put-off`, at once or after `workers.looked`;
 * after a `put-off` a `refresh` follows by itself.
 */

import type { Stamped } from '../../../cluster/model/event';
import type { Millis } from '../../../cluster/model/time';

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
  | { readonly kind: 'await-worker'; readonly limitMs: number }
  /** The answers to `structure.differs`. */
  | { readonly kind: 'reload' }
  | { readonly kind: 'put-off' }
  /** Serve the apps as last read again. */
  | { readonly kind: 'refresh' };

type Wake = { readonly kind: 'wake'; readonly timer: string; readonly at: Millis };

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

export const REFRESH_TIMER = 'refresh';
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
  readonly [K in keyof ReloadEvents]: (
    state: ReloadState,
    event: Stamped<ReloadEvents, K>,
  ) => (ReloadEffect | Wake)[];
} = {
  'structure.differs': structureDiffers,
  'structure.served': structureServed,
  'workers.looked': workersLooked,
  'worker.gone': (state, { at: now }) => {
    state.awaiting = false;
    return [refreshAt(now)];
  },
  'config.refused': (state, { config, why, at: now }) => {
    state.refused = { config, why, at: now };
    return [];
  },
  'refresh.wanted': (_state, { at: now }) => [refreshAt(now)],
};

function structureDiffers(
  state: ReloadState,
  { retiring, commandsFailed, at: now }: Stamped<ReloadEvents, 'structure.differs'>,
): (ReloadEffect | Wake)[] {
  // Commands that failed need a reload, whatever may linger.
  if (commandsFailed) return waitOrReload(state, now);
  if (!retiring) {
    state.lingerSince = undefined;
    return waitOrReload(state, now);
  }
  state.lingerSince ??= now;
  const over = state.lingerSince + state.boot.lingerMs;
  if (now < over) return [refreshAt(over), { kind: 'put-off' }];
  state.looking = 'linger';
  return [{ kind: 'look', sessions: true }];
}

function waitOrReload(state: ReloadState, now: Millis): ReloadEffect[] {
  state.structureSince ??= now;
  if (now >= state.structureSince + state.boot.reloadWaitMs) return [{ kind: 'reload' }];
  state.looking = 'wait';
  return [{ kind: 'look', sessions: false }];
}

function workersLooked(
  state: ReloadState,
  { old, long, at: now }: Stamped<ReloadEvents, 'workers.looked'>,
): (ReloadEffect | Wake)[] {
  const { looking, boot } = state;
  state.looking = undefined;
  if (looking === undefined) return [];
  if (looking === 'linger') {
    // No long connection may end only because unwanted services are removed.
    return old > 0 || long ? [refreshAt(now + boot.lingerMs), { kind: 'put-off' }] : waitOrReload(state, now);
  }
  const limitMs = (state.structureSince ?? now) + boot.reloadWaitMs - now;
  if (old === 0 || limitMs <= 0) return [{ kind: 'reload' }];
  const wait: ReloadEffect[] = state.awaiting ? [] : [{ kind: 'await-worker', limitMs }];
  state.awaiting = true;
  return [...wait, { kind: 'put-off' }];
}

function structureServed(state: ReloadState): ReloadEffect[] {
  state.structureSince = undefined;
  state.lingerSince = undefined;
  state.refused = undefined;
  return [];
}

/** A later one replaces it: there is one timer. */
function refreshAt(at: Millis): Wake {
  return { kind: 'wake', timer: REFRESH_TIMER, at };
}

/** True while a refused configuration is not to be tried again. */
export function isRefusedLately({ refused }: ReloadState, config: string, now: Millis): boolean {
  return refused !== undefined && refused.config === config && now - refused.at < RETRY_MS;
}
