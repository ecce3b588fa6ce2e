/**
 * The pause of the allocator after a failover with quotas, until most agents are back. With a few agents only,
 * guarantees would seem unmet, and limits not reached, since the allocations on missing agents are not known yet
 * (Mesos 1.11 HierarchicalAllocatorProcess::recover).
 */

import type { Millis } from '../../../model/time';
import type { AllocatorState } from './state';

const FACTOR_DEFAULT = 0.8;
const TIMEOUT_DEFAULT_MS = 600_000;

/**
 * Pauses the allocator if there are quotas and agents to wait for; returns its maximum in milliseconds, undefined for
 * none.
 */
export function pauseFor(
  state: AllocatorState,
  expectedAgents: number,
  settings: { readonly recoveryFactor: number; readonly recoveryTimeoutMs: number } | undefined,
): Millis | undefined {
  const wanted = Math.floor(expectedAgents * (settings?.recoveryFactor ?? FACTOR_DEFAULT));
  if (state.quotas.size === 0 || wanted === 0) return undefined;
  state.pausedUntil = wanted;
  return settings?.recoveryTimeoutMs ?? TIMEOUT_DEFAULT_MS;
}

/** Ends the pause: the agents that are back are offered. */
export function resume(state: AllocatorState): void {
  state.pausedUntil = undefined;
}
