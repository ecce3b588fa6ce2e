/**
 * The step of the load balancer's machine: each kind of event has its transition, each timer its handler.
 */

import type { Machine } from '../../cluster/model/event';
import { machine, type TimerHandlers, type Transitions } from '../../cluster/model/machine';
import { count, drainTransitions } from './drains/drain-requests';
import type { DrainTurn } from './drains/drains';
import type { LbEffect } from './effects';
import type { LbBoot, LbEvent, LbEvents } from './events';
import { type LbTurn, lifeTimers, lifeTransitions } from './life';
import type { RefreshTurn } from './refresh/refresh';
import { refreshAgain, refreshTransitions } from './refresh/steps';
import { type RemovalTurn, removalTransitions, sweep } from './removal/removed-servers';
import { checkLb, initLb, type LbState } from './state';
import { lbTimers } from './timers/timers';

const refreshTurn = ({ state, now, effects }: LbTurn): RefreshTurn => ({
  state: state.refresh,
  reload: state.reload,
  appsRead: state.drains.appsReadAt !== undefined,
  now,
  effects,
});
const drainTurn = ({ state, now, effects }: LbTurn): DrainTurn => ({ state: state.drains, now, effects });

const removalTurn = ({ state, now, effects }: LbTurn): RemovalTurn => ({
  state: state.removal,
  now,
  effects,
});

const transitions: Transitions<LbTurn, LbEvents> = {
  ...lifeTransitions,
  ...within(refreshTransitions, refreshTurn),
  ...within(drainTransitions, drainTurn),
  ...within(removalTransitions, removalTurn),
};

const woke: TimerHandlers<LbTurn, (typeof lbTimers)['spec']> = {
  ...lifeTimers,
  refresh: (turn) => refreshAgain(refreshTurn(turn)),
  count: (turn) => count(drainTurn(turn)),
  sweep: (turn) => sweep(removalTurn(turn)),
};

type Rows<T> = Readonly<Record<string, (turn: T, event: never) => void>>;

/** The transitions of a part of the machine, on the part of the turn that is theirs. */
function within<T, R extends Rows<T>>(
  rows: R,
  part: (turn: LbTurn) => T,
): { readonly [K in keyof R]: (turn: LbTurn, event: Parameters<R[K]>[1]) => void } {
  const routed = Object.entries(rows).map(
    ([kind, transition]) => [kind, (turn: LbTurn, event: never) => transition(part(turn), event)] as const,
  );
  return Object.fromEntries(routed) as {
    readonly [K in keyof R]: (turn: LbTurn, event: Parameters<R[K]>[1]) => void;
  };
}

export const lbMachine: Machine<LbState, LbEvent, LbEffect, LbBoot> = machine<
  LbState,
  LbEvents,
  LbEffect,
  (typeof lbTimers)['spec'],
  LbBoot,
  LbTurn
>({
  name: 'lb',
  init: initLb,
  start: (turn) => turn,
  transitions,
  timers: lbTimers,
  woke,
  check: checkLb,
});
