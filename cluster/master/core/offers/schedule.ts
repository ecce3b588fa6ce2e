/**
 * The time of the next allocation run. Runs are batched: a change is considered at once when the last run
 * is long enough ago, otherwise when it is.
 */

import type { Millis } from '../../../model/time';
import type { MasterEffect } from '../state/effects';
import type { MasterState } from '../state/state';

/** Changes within this time of a run wait and are considered together. */
const BATCH_MS = 10;

export const ALLOCATE_TIMER = 'allocate';

/** Considers what is dirty soon: a new agent, framework or wish, an ended task. */
export function allocateSoon(state: MasterState, now: Millis): MasterEffect[] {
  return schedule(state, Math.max(now, state.allocator.lastRunAt + BATCH_MS));
}

/** Considers it at the next regular run: refused resources, so that nobody can spin on declining. */
export function allocateLater(state: MasterState, now: Millis): MasterEffect[] {
  return schedule(state, Math.max(now, state.allocator.lastRunAt) + state.boot.settings.allocationIntervalMs);
}

function schedule(state: MasterState, dueAt: Millis): MasterEffect[] {
  const { allocator } = state;
  if (allocator.dueAt !== undefined && allocator.dueAt <= dueAt) return [];
  allocator.dueAt = dueAt;
  return [{ kind: 'wake', timer: ALLOCATE_TIMER, at: dueAt }];
}
