/**
 * UPDATE_WEIGHTS: new weights change the shares of roles, so all offers are rescinded and made anew (Mesos 1.11
 * src/master/weights_handler.cpp).
 *
 * In: UPDATE_WEIGHTS, and once it is stored      Out: store, event(RESCIND), wake
 */

import type * as mesos from '../../../api/generated/mesos';
import { roleError } from '../../../model/roles';
import type { Millis } from '../../../model/time';
import { setWeights } from '../allocator/weights-and-quotas';
import { rescind } from '../offers/rescind';
import { allocateSoon } from '../offers/schedule';
import { isKnownRole } from '../quota/validate';
import { change } from '../registrar/registrar';
import { frameworksIn } from '../roles/known-roles';
import type { MasterEffect } from '../state/effects';
import type { EventOf } from '../state/events';
import type { MasterState } from '../state/state';

type CallEvent = EventOf<'operator.call'>;

interface Weight {
  readonly role: string;
  readonly weight: number;
}

function weightsOf({ call }: CallEvent): Weight[] {
  const infos: readonly mesos.WeightInfo[] = call.update_weights?.weight_infos ?? [];
  return infos.map(({ role = '', weight }) => ({ role: role.trim(), weight }));
}

/** The first error in new weights, or undefined. */
export function weightsError(state: MasterState, event: CallEvent): string | undefined {
  const what = 'Failed to validate update weights request JSON';
  for (const { role, weight } of weightsOf(event)) {
    const wrong = roleError(role);
    if (wrong) return `${what}: Invalid role '${role}': ${wrong}`;
    if (!isKnownRole(state, role)) return `${what}: Unknown role '${role}'`;
    if (!(weight > 0 && Number.isFinite(weight)))
      return `${what} for role '${role}': Invalid weight '${weight}': Weights must be positive`;
  }
  return undefined;
}

export function updateWeights(state: MasterState, event: CallEvent): MasterEffect[] {
  const weights = weightsOf(event);
  const roles = weights.map(({ role }) => role);
  const next = { kind: 'weights', request: event.request, roles } as const;
  return change(state, { change: { kind: 'weights', weights }, next });
}

/** Continues after weights are stored. Offers are rescinded only if a framework is in one of the roles. */
export function weightsStored(state: MasterState, roles: readonly string[], now: Millis): MasterEffect[] {
  setWeights(state.allocator, state.registry.weights);
  const isAnyIn = roles.some((role) => frameworksIn(state, role).length > 0);
  const rescinded = isAnyIn ? [...state.offers.keys()].flatMap((id) => rescind(state, id)) : [];
  return [...rescinded, ...allocateSoon(state, now)];
}
