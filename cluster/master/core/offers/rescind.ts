/**
 * Offers that are taken back: `--offer_timeout`, agents that leave, operations of operators, quotas.
 *
 * In: woke(offer ...)      Out: event(RESCIND), wake
 */

import type { Millis } from '../../../model/time';
import { recoverResources } from '../allocator/allocated';
import { sendEvent } from '../scheduler-events/send-event';
import type { MasterEffect } from '../state/effects';
import { countOf, type MasterState, type OfferRecord } from '../state/state';
import { allocateSoon } from './schedule';

/** Takes an offer off the list without giving its resources anywhere. */
export function removeOffer(state: MasterState, offer: OfferRecord): void {
  state.offers.delete(offer.id);
  state.frameworks.get(offer.frameworkId)?.offers.delete(offer.id);
  state.agents.get(offer.agentId)?.offers.delete(offer.id);
}

/** Takes an offer back; the framework is told unless it is gone. */
export function rescind(state: MasterState, offerId: string): MasterEffect[] {
  const offer = state.offers.get(offerId);
  if (!offer) return [];
  removeOffer(state, offer);
  recoverResources(state.allocator, offer, offer.resources);
  const framework = state.frameworks.get(offer.frameworkId);
  if (framework) countOf(framework, 'offers/rescinded');
  return sendEvent(state, framework, { type: 'RESCIND', rescind: { offer_id: { value: offer.id } } });
}

/** `--offer_timeout` is over for an offer. The timer is named `offer <id>`. */
export function offerExpired(state: MasterState, timer: string, now: Millis): MasterEffect[] {
  const effects = rescind(state, timer.slice('offer '.length));
  return effects.length > 0 ? [...effects, ...allocateSoon(state, now)] : [];
}
