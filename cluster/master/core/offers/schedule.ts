/**
 * The time of the next allocation run. Changes soon after a run are batched, so that a burst of them costs one run.
 */

import type { Millis } from '../../../model/time';
import { type Turn, wake } from '../state/turn';

/** The least time between two runs after changes. */
const BATCH_MS = 10;

/** Schedules a run soon: after a new agent or framework, a REVIVE, an ended task. */
export function allocateSoon(turn: Turn): void {
  const { state, now } = turn;
  schedule(turn, Math.max(now, state.allocator.lastRunAt + BATCH_MS));
}

/** Schedules a run after the allocation interval: for declined resources, so that nobody can spin on declining. */
export function allocateLater(turn: Turn): void {
  const { state, now } = turn;
  schedule(turn, Math.max(now, state.allocator.lastRunAt) + state.boot.settings.allocationIntervalMs);
}

function schedule(turn: Turn, dueAt: Millis): void {
  const { state } = turn;
  const { allocator } = state;
  if (allocator.dueAt !== undefined && allocator.dueAt <= dueAt) return;
  allocator.dueAt = dueAt;
  wake(turn, { kind: 'allocate' }, dueAt);
}
