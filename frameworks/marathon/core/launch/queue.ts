/** Statistics for `/v2/queue`: for each app that waits for a launch, the offers that were used or did not match. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { Millis } from '../../../../cluster/model/time';
import type { NoOfferMatchReason } from '../match/match';
import { UNUSED_OFFERS_MAX } from '../state/limits';
import type { MarathonState, QueueStats } from '../state/state';

/** The statistics of an app's launch attempt; new ones when there are none. */
export function statsOf(state: MarathonState, appId: string, now: Millis): QueueStats {
  const existing = state.queue.get(appId);
  if (existing) return existing;
  const begun: QueueStats = { since: now, processed: 0, unused: 0, declined: new Map(), lastUnused: [] };
  state.queue.set(appId, begun);
  return begun;
}

/** Removes the statistics of apps that wait for no launch any more. */
export function dropIdleStats(state: MarathonState): void {
  for (const appId of state.queue.keys()) if (!state.waiting.has(appId)) state.queue.delete(appId);
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
  stats.lastUnused.push({ offer: printOffer(offer), agentId, reasons: [...reasons], at: now });
  if (stats.lastUnused.length > UNUSED_OFFERS_MAX) stats.lastUnused.shift();
}

function printOffer({ id, hostname, agent_id, resources, attributes }: mesos.Offer): unknown {
  return {
    id: id.value,
    hostname,
    agentId: agent_id.value,
    resources: (resources ?? []).map((resource) => ({
      name: resource.name,
      role: resource.reservations?.at(-1)?.role ?? resource.role ?? '*',
      ...valuesOf(resource),
    })),
    attributes: (attributes ?? []).map((attribute) => ({
      name: attribute.name,
      ...(attribute.text && { text: attribute.text.value }),
      ...valuesOf(attribute),
    })),
  };
}

function valuesOf(from: Pick<mesos.Attribute, 'scalar' | 'ranges' | 'set'>): object {
  return {
    ...(from.scalar && { scalar: from.scalar.value }),
    ...(from.ranges && {
      ranges: (from.ranges.range ?? []).map(({ begin, end }) => ({
        begin: Number(begin),
        end: Number(end),
      })),
    }),
    ...(from.set && { set: [...(from.set.item ?? [])] }),
  };
}
