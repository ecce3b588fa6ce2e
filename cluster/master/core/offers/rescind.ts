/**
 * Rescinding offers: after `--offer_timeout`, when agents leave, for operations of operators, for quotas.
 *
 * In: woke(offer ...)      Out: event(RESCIND), wake
 */

import type { Millis } from '../../../model/time';
import { recoverResources } from '../allocator/allocated';
import { sendEvent } from '../scheduler-events/send-event';
import type { MasterEffect } from '../state/effects';
import { countOf, type MasterState, type OfferRecord } from '../state/state';
import { allocateSoon } from './schedule';

/** Removes an offer from all lists; the caller decides about its resources. */
export function removeOffer(state: MasterState, offer: OfferRecord): void {
  state.offers.delete(offer.id);
  state.frameworks.get(offer.frameworkId)?.offers.delete(offer.id);
  state.agents.get(offer.agentId)?.offers.delete(offer.id);
}

/** Rescinds an offer: its resources are recovered without a filter, and its framework gets RESCIND. */
export function rescind(state: MasterState, offerId: string): MasterEffect[] {
  const offer = state.offers.get(offerId);
  if (!offer) return [];
  removeOffer(state, offer);
  recoverResources(state.allocator, offer, offer.resources);
  const framework = state.frameworks.get(offer.frameworkId);
  if (framework) countOf(framework, 'offers/rescinded');
  return sendEvent(state, framework, { type: 'RESCIND', rescind: { offer_id: { value: offer.id } } });
}

/** `--offer_timeout` of an offer is over. The timer is named `offer <id>`. */
export function offerExpired(state: MasterState, timer: string, now: Millis): MasterEffect[] {
  const effects = rescind(state, timer.slice('offer '.length));
  return effects.length > 0 ? [...effects, ...allocateSoon(state, now)] : [];
}
