/**
 * Weights and quotas of roles, as operators set them.
 */

import { considerAll } from './agents';
import type { Quota } from './quota-use';
import type { AllocatorState } from './state';

export function setWeights(state: AllocatorState, weights: ReadonlyMap<string, number>): void {
  state.roles.weights = weights;
  state.roles.stale = true;
}

/** A role's quota; undefined for none. Everything is looked at anew. */
export function setQuota(state: AllocatorState, role: string, quota: Quota | undefined): void {
  if (quota) state.quotas.set(role, quota);
  else state.quotas.delete(role);
  considerAll(state);
}
