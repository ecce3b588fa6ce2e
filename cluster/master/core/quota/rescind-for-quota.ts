/**
 * Rescinding offers after a quota changed, so that limits hold and guarantees can be met (Mesos 1.11
 * src/master/quota_handler.cpp).
 *
 * It is best effort, as in the original: offered reservations count twice, in `offered` and in `consumed`, and free
 * resources are not counted on. So it may rescind too much, which only costs new offers.
 */

import type { QuotaConfig } from '../../../api/generated/quota';
import { addQuantities, containsQuantities, quantitiesOf } from '../../../model/quantities';
import { isStrictSubrole } from '../../../model/roles';
import { rescind } from '../offers/rescind';
import { quotaOf } from '../registry/quota-config';
import { breakdownOf, consumedQuota } from '../roles/breakdown';
import type { OfferRecord } from '../state/state';
import type { Turn } from '../state/turn';

/**
 * After UPDATE_QUOTA: rescinds offers of the role and those below it while they have more than the limit, then offers
 * of other roles until what the role has and what was rescinded contain the guarantee.
 */
export function rescindAfterUpdateQuota(turn: Turn, config: QuotaConfig): void {
  const { state } = turn;
  const { guarantees, limits } = quotaOf(config);
  const held = new Map(consumedQuota(state, config.role));
  addQuantities(held, breakdownOf(state, config.role).offered);
  const isOwn = ({ role }: OfferRecord): boolean =>
    role === config.role || isStrictSubrole(role, config.role);
  for (const offer of [...state.offers.values()].filter(isOwn)) {
    if (isWithin(held, limits)) break;
    addQuantities(held, quantitiesOf(offer.resources), -1);
    rescind(turn, offer.id);
  }
  const coming = new Map(held);
  for (const agent of state.agents.values()) {
    for (const id of [...agent.offers]) {
      if (containsQuantities(coming, guarantees)) return;
      const offer = state.offers.get(id);
      if (!offer || isOwn(offer)) continue;
      addQuantities(coming, quantitiesOf(offer.resources));
      rescind(turn, id);
    }
  }
}

function isWithin(held: ReadonlyMap<string, number>, limits: ReadonlyMap<string, number>): boolean {
  for (const [name, most] of limits) if ((held.get(name) ?? 0) > most) return false;
  return true;
}

/**
 * After SET_QUOTA: rescinds all offers of agents until they contain the guarantee, and of at least as many agents as
 * the role has frameworks, so that each of these may get an offer.
 */
export function rescindAfterSetQuota(turn: Turn, config: QuotaConfig): void {
  const { state } = turn;
  const { guarantees } = quotaOf(config);
  const frameworks = [...state.frameworks.values()].filter(
    ({ active, roles }) => active && roles.includes(config.role),
  ).length;
  const rescinded = new Map<string, number>();
  let visited = 0;
  for (const agent of state.agents.values()) {
    if (containsQuantities(rescinded, guarantees) && visited >= frameworks) break;
    if (!agent.connected || !agent.active || agent.offers.size === 0) continue;
    visited += 1;
    for (const id of [...agent.offers]) {
      addQuantities(rescinded, quantitiesOf(state.offers.get(id)?.resources ?? []));
      rescind(turn, id);
    }
  }
}
