/**
 * Offers made of allocations.
 *
 * Out: event(OFFERS), wake(offer ...)
 * Always true: every offer belongs to one framework and one registered agent.
 */

import type { Millis } from '../../../model/time';
import type { Allocation } from '../allocator/allocation-run';
import { sendEvent } from '../scheduler-events/send-event';
import type { MasterEffect } from '../state/effects';
import { countOf, type MasterState, type OfferRecord } from '../state/state';
import { printOffer } from './print-offer';

/** Makes an offer of each allocation, and sends one event with all offers to each framework. */
export function makeOffers(
  state: MasterState,
  allocations: readonly Allocation[],
  now: Millis,
): MasterEffect[] {
  const byFramework = new Map<string, OfferRecord[]>();
  const effects: MasterEffect[] = [];
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
      effects.push({ kind: 'wake', timer: `offer ${offer.id}`, at: now + offerTimeoutMs });
    }
  }
  for (const [frameworkId, offers] of byFramework) {
    const framework = state.frameworks.get(frameworkId);
    if (!framework?.stream) continue;
    const printed = offers.map((offer) => printOffer(state, framework, offer));
    countOf(framework, 'offers/sent', offers.length);
    effects.push(...sendEvent(state, framework, { type: 'OFFERS', offers: { offers: printed } }));
  }
  return effects;
}
