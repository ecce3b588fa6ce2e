/**
 * Rescinding offers: after `--offer_timeout`, when agents leave, for operations of operators, for quotas.
 *
 * In: woke(offer ...)      Out: event(RESCIND), wake
 */

import type { OfferId } from '../../../model/ids';
import { recoverResources } from '../allocator/allocated';
import { sendEvent } from '../scheduler-events/send-event';
import { countOf, type MasterState, type OfferRecord } from '../state/state';
import type { Timer } from '../state/timers';
import type { Turn } from '../state/turn';
import { allocateSoon } from './schedule';

/** Removes an offer from all lists; the caller decides about its resources. */
export function removeOffer(state: MasterState, offer: OfferRecord): void {
  state.offers.delete(offer.id);
  state.frameworks.get(offer.frameworkId)?.offers.delete(offer.id);
  state.agents.get(offer.agentId)?.offers.delete(offer.id);
}

/** Rescinds an offer: its resources are recovered without a filter, and its framework gets RESCIND. */
export function rescind(turn: Turn, offerId: OfferId): void {
  const { state } = turn;
  const offer = state.offers.get(offerId);
  if (!offer) return;
  removeOffer(state, offer);
  recoverResources(state.allocator, offer, offer.resources);
  const framework = state.frameworks.get(offer.frameworkId);
  if (framework) countOf(framework, 'offers/rescinded');
  sendEvent(turn, framework, { type: 'RESCIND', rescind: { offer_id: { value: offer.id } } });
}

/** `--offer_timeout` of an offer is over. */
export function offerExpired(turn: Turn, { offerId }: Timer<'offer'>): void {
  if (!turn.state.offers.has(offerId)) return;
  rescind(turn, offerId);
  allocateSoon(turn);
}
