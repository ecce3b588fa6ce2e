/**
 * Weights and quotas of roles in the allocator.
 */

import { considerAll } from './agents';
import type { Quota } from './quota-use';
import type { AllocatorState } from './state';

export function setWeights(state: AllocatorState, weights: ReadonlyMap<string, number>): void {
  state.roles.weights = weights;
  state.roles.stale = true;
}

/** Sets or removes a role's quota, and reconsiders all agents: limits and headroom changed for all roles. */
export function setQuota(state: AllocatorState, role: string, quota: Quota | undefined): void {
  if (quota) state.quotas.set(role, quota);
  else state.quotas.delete(role);
  considerAll(state);
}
