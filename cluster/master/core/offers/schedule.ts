/**
 * The time of the next allocation run. Changes soon after a run are batched, so that a burst of them costs one run.
 */

import type { Millis } from '../../../model/time';
import type { MasterEffect } from '../state/effects';
import type { MasterState } from '../state/state';

/** The least time between two runs after changes. */
const BATCH_MS = 10;

export const ALLOCATE_TIMER = 'allocate';

/** Schedules a run soon: after a new agent or framework, a REVIVE, an ended task. */
export function allocateSoon(state: MasterState, now: Millis): MasterEffect[] {
  return schedule(state, Math.max(now, state.allocator.lastRunAt + BATCH_MS));
}

/** Schedules a run after the allocation interval: for declined resources, so that nobody can spin on declining. */
export function allocateLater(state: MasterState, now: Millis): MasterEffect[] {
  return schedule(state, Math.max(now, state.allocator.lastRunAt) + state.boot.settings.allocationIntervalMs);
}

function schedule(state: MasterState, dueAt: Millis): MasterEffect[] {
  const { allocator } = state;
  if (allocator.dueAt !== undefined && allocator.dueAt <= dueAt) return [];
  allocator.dueAt = dueAt;
  return [{ kind: 'wake', timer: ALLOCATE_TIMER, at: dueAt }];
}
