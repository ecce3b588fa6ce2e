/**
 * DECLINE and offer filters: declined resources are not offered to the framework again for a time (Mesos 1.11
 * HierarchicalAllocatorProcess::recoverResources).
 *
 * In: DECLINE, the rest of an ACCEPT      Out: wake(filter ...)
 */

import type * as mesos from '../../../api/generated/mesos';
import type * as scheduler from '../../../api/generated/scheduler';
import type { Resources } from '../../../model/resources';
import type { Millis } from '../../../model/time';
import { recoverResources } from '../allocator/allocated';
import { addFilter } from '../allocator/filters';
import { countOf, type Framework, type MasterState, type OfferRecord } from '../state/state';
import { type Turn, wake } from '../state/turn';
import { removeOffer } from './rescind';
import { allocateLater } from './schedule';

/** The time of a filter without `refuse_seconds`, and the longest one (Mesos 1.11). */
const REFUSE_DEFAULT_S = 5;
const REFUSE_MAX_S = 365 * 24 * 3600;

/** DECLINE: returns the resources of offers; unknown offers are ignored. */
export function decline(turn: Turn, framework: Framework, call: scheduler.Call.Decline): void {
  const { state, now } = turn;
  for (const { value } of call.offer_ids ?? []) {
    const offer = state.offers.get(value);
    if (offer?.frameworkId !== framework.id) continue;
    removeOffer(state, offer);
    countOf(framework, 'offers/declined');
    returnResources(turn, offer, { resources: offer.resources, filters: call.filters, now });
  }
}

export interface ReturnedResources {
  readonly resources: Resources;
  readonly filters: mesos.Filters | undefined;
  readonly now: Millis;
}

/**
 * Returns resources of an offer to the allocator, with a filter for `refuse_seconds`. A filter lasts at least an
 * allocation interval, so that it cannot expire before the next run (MESOS-4302).
 */
export function returnResources(
  turn: Turn,
  offer: OfferRecord,
  { resources, filters, now }: ReturnedResources,
): void {
  const { state } = turn;
  if (resources.length === 0) return;
  recoverResources(state.allocator, offer, resources);
  const seconds = refuseSeconds(filters);
  if (seconds === 0) return allocateLater(turn);
  const until = now + Math.max(seconds * 1000, state.boot.settings.allocationIntervalMs);
  addFilter(state.allocator, offer.frameworkId, offer.agentId, { role: offer.role, resources, until });
  const { frameworkId, agentId } = offer;
  wake(turn, { kind: 'filter', frameworkId, agentId }, earliest(state, offer, until));
  allocateLater(turn);
}

function earliest(state: MasterState, { frameworkId, agentId }: OfferRecord, until: Millis): Millis {
  const filters = state.allocator.frameworks.get(frameworkId)?.filters.get(agentId) ?? [];
  return Math.min(until, ...filters.map((filter) => filter.until));
}

/** The seconds of a filter; those that are negative or no number count as the default, as in the original. */
export function refuseSeconds(filters: mesos.Filters | undefined): number {
  const seconds = filters?.refuse_seconds ?? REFUSE_DEFAULT_S;
  return Number.isNaN(seconds) || seconds < 0 ? REFUSE_DEFAULT_S : Math.min(seconds, REFUSE_MAX_S);
}
