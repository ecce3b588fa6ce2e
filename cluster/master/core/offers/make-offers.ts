/**
 * Offers made of allocations.
 *
 * Out: event(OFFERS), wake(offer ...)
 * Always true: every offer belongs to one framework and one registered agent.
 */

import type { FrameworkId } from '../../../model/ids';
import type { Allocation } from '../allocator/allocation-run';
import { sendEvent } from '../scheduler-events/send-event';
import { countOf, type OfferRecord } from '../state/state';
import { type Turn, wake } from '../state/turn';
import { printOffer } from './print-offer';

/** Makes an offer of each allocation, and sends one event with all offers to each framework. */
export function makeOffers(turn: Turn, allocations: readonly Allocation[]): void {
  const { state, now } = turn;
  const byFramework = new Map<FrameworkId, OfferRecord[]>();
  for (const { frameworkId, agentId, role, resources } of allocations) {
    const offer = { id: `${state.boot.id}-O${state.next.offer++}`, frameworkId, agentId, role, resources };
    state.offers.set(offer.id, offer);
    state.frameworks.get(frameworkId)?.offers.add(offer.id);
    state.agents.get(agentId)?.offers.add(offer.id);
    const others = byFramework.get(frameworkId);
    if (others) others.push(offer);
    else byFramework.set(frameworkId, [offer]);
    const { offerTimeoutMs } = state.boot.settings;
    if (offerTimeoutMs !== undefined) {
      wake(turn, { kind: 'offer', offerId: offer.id }, now + offerTimeoutMs);
    }
  }
  for (const [frameworkId, offers] of byFramework) {
    const framework = state.frameworks.get(frameworkId);
    if (!framework?.stream) continue;
    const printed = offers.map((offer) => printOffer(state, framework, offer));
    countOf(framework, 'offers/sent', offers.length);
    sendEvent(turn, framework, { type: 'OFFERS', offers: { offers: printed } });
  }
}
