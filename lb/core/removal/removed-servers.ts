/**
 * Decides when removed servers, which still finish their requests, are tried to be deleted.
 *
 * In: servers.leaving, servers.swept, woke(sweep)      Out: sweep, wake(sweep)
 * Always true: while servers are left, an attempt is due or under way. Attempts come later and later while nothing is
 * deleted, and soon again after a change.
 */

import type { CommonEffect, Stamped } from '../../../cluster/model/event';
import type { Millis } from '../../../cluster/model/time';
import { lbTimers } from '../timers/timers';

export interface RemovalEvents {
  /** HAProxy was changed; so many removed servers still finish their requests. */
  'servers.leaving': { readonly count: number };
  /** An attempt is over: so many servers were deleted, and so many are left. */
  'servers.swept': { readonly deleted: number; readonly left: number };
}

/** Try to delete the removed servers; answered by `servers.swept`. */
export interface RemovalEffect {
  readonly kind: 'sweep';
}

export interface RemovalState {
  /** The wait before the next attempt. */
  sweepMs: number;
  /** The next attempt is due at some time. */
  due: boolean;
}

export interface RemovalTurn {
  readonly state: RemovalState;
  readonly now: Millis;
  readonly effects: { push(effect: RemovalEffect | CommonEffect): unknown };
}

export const SWEEP_FIRST_MS = 100;
export const SWEEP_LAST_MS = 3000;
const SWEEP_FACTOR = 1.5;

export function initRemoval(): RemovalState {
  return { sweepMs: SWEEP_FIRST_MS, due: false };
}

export const removalTransitions: {
  readonly [K in keyof RemovalEvents]: (turn: RemovalTurn, event: Stamped<RemovalEvents, K>) => void;
} = {
  'servers.leaving': (turn, { count }) => {
    turn.state.sweepMs = SWEEP_FIRST_MS;
    if (count > 0) sweepLater(turn);
  },
  'servers.swept': (turn, { deleted, left }) => {
    const { state } = turn;
    if (deleted > 0) state.sweepMs = SWEEP_FIRST_MS;
    state.sweepMs = Math.min(SWEEP_LAST_MS, state.sweepMs * SWEEP_FACTOR);
    if (left > 0) sweepLater(turn);
  },
};

/** The timer: it is time for an attempt. */
export function sweep({ state, effects }: RemovalTurn): void {
  state.due = false;
  effects.push({ kind: 'sweep' });
}

function sweepLater(turn: RemovalTurn): void {
  const { state, now } = turn;
  if (state.due) return;
  state.due = true;
  lbTimers.wake(turn, { kind: 'sweep' }, now + state.sweepMs);
}
