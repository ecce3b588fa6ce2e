/** The launch queue as the API shows it, with the reasons why offers were declined. */

import type * as mesos from '../../../cluster/api/generated/mesos';
import { printApp } from '../core/apps/print-app';
import { stormsOf, stormText } from '../core/health/storm';
import { deadlineOf } from '../core/launch/backoff';
import { newStats } from '../core/launch/queue';
import { NO_OFFER_MATCH_REASONS } from '../core/match/refusals';
import { isPod, type RunSpec } from '../core/state/run-spec';
import type { MarathonState, QueueStats } from '../core/state/state';
import { isoTime } from '../core/state/turn';
import { printPod } from './print-pod';

export interface QueueView {
  readonly now: number;
  readonly withOffers: boolean;
}

/** True for an app or a pod that waits, or of which kills are held back. */
export function isQueued({ waiting, storms }: MarathonState, id: string): boolean {
  return waiting.has(id) || storms.has(id);
}

/** The apps and pods in the queue. */
export function queuedIds({ waiting, storms }: MarathonState): string[] {
  return [...new Set([...waiting.keys(), ...storms.keys()])];
}

/** An app or a pod in the queue. */
export function printQueued(state: MarathonState, spec: RunSpec, { now, withOffers }: QueueView): object {
  const leftMs = Math.max(0, (deadlineOf(state, spec) ?? now) - now);
  const stats = state.queue.get(spec.id) ?? newStats(now);
  const storms = stormsOf(state, spec.id);
  return {
    count: state.waiting.get(spec.id)?.size ?? 0,
    role: spec.role,
    delay: { timeLeftSeconds: Math.ceil(leftMs / 1000), overdue: leftMs === 0 },
    since: isoTime(stats.since),
    processedOffersSummary: printStats(stats),
    ...(withOffers && { lastUnusedOffers: printOffers(stats) }),
    ...(storms.length > 0 && { heldKills: storms.map((scope) => stormText(state, scope)) }),
    ...(isPod(spec) ? { pod: printPod(spec.pod) } : { app: printApp(spec) }),
  };
}

function printStats(stats: QueueStats): object {
  const last = new Map<string, number>();
  for (const { reasons } of stats.lastUnused) {
    const [first] = reasons;
    if (first !== undefined) last.set(first, (last.get(first) ?? 0) + 1);
  }
  return {
    processedOffersCount: stats.processed,
    unusedOffersCount: stats.unused,
    ...(stats.lastUnusedAt !== undefined && { lastUnusedOfferAt: isoTime(stats.lastUnusedAt) }),
    ...(stats.lastUsedAt !== undefined && { lastUsedOfferAt: isoTime(stats.lastUsedAt) }),
    rejectSummaryLastOffers: funnel(last, stats.lastUnused.length),
    rejectSummaryLaunchAttempt: funnel(stats.declined, stats.processed),
  };
}

/** The funnel: each reason with the offers that reached it and the offers that it declined. */
function funnel(declined: ReadonlyMap<string, number>, total: number): object[] {
  let processed = total;
  return NO_OFFER_MATCH_REASONS.map((reason) => {
    const here = declined.get(reason) ?? 0;
    const row = { reason, declined: here, processed };
    processed -= here;
    return row;
  });
}

function printOffers({ lastUnused }: QueueStats): object[] {
  return lastUnused.map(({ offer, reasons, at: time }) => ({
    offer: printOffer(offer),
    reason: reasons,
    timestamp: isoTime(time),
  }));
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
