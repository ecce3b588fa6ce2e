/** Offers with the resources that earlier launches from them left, and the agents that they are of. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import { type Resources, readResources, type WireResource } from '../../../../cluster/model/resources';
import type { Millis } from '../../../../cluster/model/time';
import { type AgentInfo, agentInfoOf } from '../constraints/field';
import { remainderOf } from './resources';

/** An offer with the resources that earlier matches left. */
export interface RemainingOffer {
  readonly offer: mesos.Offer;
  readonly agent: AgentInfo;
  readonly resources: Resources;
}

export function remainingOffer(offer: mesos.Offer): RemainingOffer {
  const resources = readResources(offer.resources as readonly WireResource[] | undefined);
  return { offer, agent: agentInfoOf(offer), resources };
}

/** The offer after a launch with these resources. */
export function afterLaunch(remaining: RemainingOffer, consumed: Resources): RemainingOffer {
  return { ...remaining, resources: remainderOf(remaining.resources, consumed) };
}

/** The role that an offer is allocated to. */
export function offeredRole({ allocation_info }: mesos.Offer): string {
  return allocation_info?.role ?? '*';
}

/** True from so long before an agent's maintenance until its end. */
export function isUnderMaintenance(
  { unavailability }: mesos.Offer,
  now: Millis,
  drainingMs: Millis,
): boolean {
  if (!unavailability) return false;
  const { start, duration } = unavailability;
  const startMs = Number(start.nanoseconds) / 1e6;
  const length = duration ? Number(duration.nanoseconds) / 1e6 : Number.POSITIVE_INFINITY;
  return now >= startMs - drainingMs && now <= startMs + length;
}
