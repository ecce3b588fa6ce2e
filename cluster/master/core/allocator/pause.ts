/**
 * After a failover with quotas nothing is offered until most agents are back: a few agents alone would look
 * as if guarantees could not be met, or limits were not reached (Mesos 1.11
 * HierarchicalAllocatorProcess::recover).
 */

import type { Millis } from '../../../model/time';
import type { AllocatorState } from './state';

export const RESUME_TIMER = 'resume-offers';

const FACTOR_DEFAULT = 0.8;
const TIMEOUT_DEFAULT_MS = 600_000;

/**
 * Starts to wait, if there is anybody to wait for. When to go on at the latest; undefined when there is no
 * wait.
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

/** The time is over: offers are made of what is there. */
export function resume(state: AllocatorState): void {
  state.pausedUntil = undefined;
}
