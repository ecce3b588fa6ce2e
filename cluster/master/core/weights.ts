/**
 * New weights: whoever is in one of the roles gets another part, so everything that is offered is offered anew
 * (Mesos 1.11 src/master/weights_handler.cpp).
 *
 * In: UPDATE_WEIGHTS, once stored      Out: event(RESCIND), wake
 */

import type { Millis } from '../../model/time';
import { setWeights } from './allocator/state';
import type { MasterEffect } from './effects';
import { rescind } from './offers';
import { allocateSoon } from './schedule';
import type { MasterState } from './state';

/** The registry has the weights of these roles. */
export function weightsStored(state: MasterState, roles: readonly string[], now: Millis): MasterEffect[] {
  setWeights(state.allocator, state.registry.weights);
  const isAnyIn = [...state.frameworks.values()].some((framework) =>
    framework.roles.some((role) => roles.includes(role)),
  );
  const rescinded = isAnyIn ? [...state.offers.keys()].flatMap((id) => rescind(state, id)) : [];
  return [...rescinded, ...allocateSoon(state, now)];
}
