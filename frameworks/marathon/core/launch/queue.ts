/** Statistics for `/v2/queue`: for each app that waits for a launch, the offers that were used or did not match. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { Millis } from '../../../../cluster/model/time';
import type { NoOfferMatchReason } from '../match/refusals';
import { UNUSED_OFFERS_MAX } from '../state/limits';
import type { MarathonState, QueueStats } from '../state/state';
import type { Turn } from '../state/turn';

/** The statistics of an app's launch attempt; new ones when there are none. */
export function statsOf(state: MarathonState, appId: string, now: Millis): QueueStats {
  const existing = state.queue.get(appId);
  if (existing) return existing;
  const begun = newStats(now);
  state.queue.set(appId, begun);
  return begun;
}

export function newStats(now: Millis): QueueStats {
  return { since: now, processed: 0, unused: 0, declined: new Map(), lastUnused: [] };
}

/** Begins the statistics of an app that waits for a launch, and removes those of one that does not. */
export function keepStats({ state, now }: Turn, appId: string): void {
  if (state.waiting.has(appId)) statsOf(state, appId, now);
  else state.queue.delete(appId);
}

export function countUsed(stats: QueueStats, now: Millis): void {
  stats.processed++;
  stats.lastUsedAt = now;
}

/** Counts an offer that did not match; the newest one of each agent is kept. */
export function countUnused(
  stats: QueueStats,
  { offer, reasons, at: now }: { offer: mesos.Offer; reasons: readonly NoOfferMatchReason[]; at: Millis },
): void {
  stats.processed++;
  stats.unused++;
  stats.lastUnusedAt = now;
  const [first] = reasons;
  if (first) stats.declined.set(first, (stats.declined.get(first) ?? 0) + 1);
  const agentId = offer.agent_id.value;
  const index = stats.lastUnused.findIndex((other) => other.agentId === agentId);
  if (index >= 0) stats.lastUnused.splice(index, 1);
  stats.lastUnused.push({ offer, agentId, reasons: [...reasons], at: now });
  if (stats.lastUnused.length > UNUSED_OFFERS_MAX) stats.lastUnused.shift();
}
