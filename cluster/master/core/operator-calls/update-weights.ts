/**
 * UPDATE_WEIGHTS: new weights change the shares of roles, so all offers are rescinded and made anew (Mesos 1.11
 * src/master/weights_handler.cpp).
 *
 * Out: store, answer, event(RESCIND), wake
 */

import { thing } from '../../../model/authorizer';
import { roleError } from '../../../model/roles';
import { setWeights } from '../allocator/weights-and-quotas';
import { needsEach } from '../authorize/operator';
import { rescind } from '../offers/rescind';
import { allocateSoon } from '../offers/schedule';
import { isKnownRole } from '../quota/validate';
import { frameworksIn } from '../roles/known-roles';
import type { MasterState } from '../state/state';
import type { Part } from '../validate/operator-call';
import { type ChangingCall, store } from './call';

interface Weight {
  readonly role: string;
  readonly weight: number;
}

export const updateWeights: ChangingCall<'UPDATE_WEIGHTS'> = {
  part: 'update_weights',
  permission: needsEach((part) =>
    weightsOf(part).map(({ role }) => ({ list: 'update_weights', object: thing(role) })),
  ),
  check: weightsError,
  run: (turn, part, event) => store(turn, event, { kind: 'weights', weights: weightsOf(part) }),
  // Offers are rescinded only if a framework is in one of the roles.
  stored: (turn, part) => {
    const { state } = turn;
    setWeights(state.allocator, state.registry.weights);
    const isAnyIn = weightsOf(part).some(({ role }) => frameworksIn(state, role).length > 0);
    if (isAnyIn) {
      for (const id of [...state.offers.keys()]) rescind(turn, id);
    }
    allocateSoon(turn);
  },
};

function weightsOf({ weight_infos = [] }: Part<'UPDATE_WEIGHTS'>): Weight[] {
  return weight_infos.map(({ role = '', weight }) => ({ role: role.trim(), weight }));
}

/** The first error in new weights, or undefined. */
function weightsError(state: MasterState, part: Part<'UPDATE_WEIGHTS'>): string | undefined {
  const what = 'Failed to validate update weights request JSON';
  for (const { role, weight } of weightsOf(part)) {
    const wrong = roleError(role);
    if (wrong) return `${what}: Invalid role '${role}': ${wrong}`;
    if (!isKnownRole(state, role)) return `${what}: Unknown role '${role}'`;
    if (!(weight > 0 && Number.isFinite(weight)))
      return `${what} for role '${role}': Invalid weight '${weight}': Weights must be positive`;
  }
  return undefined;
}
