/**
 * Offers from their arrival to their answer: they wait for launch tokens and for their turn.
 *
 * The original declines offers that come while there is no launch token, and they are away for a while. Tasks return their
 * tokens within milliseconds, so offers wait here for a moment instead. Very many matches are tried in steps of their own,
 * between which everything else goes on.
 *
 * Always true: each offer gets exactly one answer, unless the master takes it back before.
 */

import { freeReservations } from '../residency/free';
import type { EventOf } from '../state/events';
import { HELD_OFFERS_MAX, MATCHES_AT_ONCE_MAX, OFFER_HOLD_MS, TOKENS_PAUSE_MS } from '../state/limits';
import type { HeldOffer, MarathonState } from '../state/state';
import { type Turn, wake } from '../state/turn';
import { rememberOffer } from './known-agents';
import { answerOffer, declineOffer, readyApps } from './launch';

export function receiveOffers(turn: Turn, event: EventOf<'scheduler.offers'>): void {
  const { state, now } = turn;
  for (const offer of event.offers) {
    state.counters.offersIncoming++;
    rememberOffer(state, offer, now);
    if (freeReservations(turn, offer)) continue;
    if (state.heldOffers.size >= HELD_OFFERS_MAX) declineOffer(turn, offer);
    else state.heldOffers.set(offer.id.value, { offer, since: now });
  }
  answerHeldOffers(turn);
}

/** The master takes an offer back. */
export function rescindOffer({ state }: Turn, { offerId }: EventOf<'scheduler.rescind'>): void {
  state.heldOffers.delete(offerId);
}

/** Answers the offers that wait, as far as there are launch tokens and this step has time. */
export function answerHeldOffers(turn: Turn): void {
  const { state } = turn;
  refillTokens(turn);
  if (state.heldOffers.size === 0) return;
  if (state.launchTokens <= 0) return waitForTokens(turn);
  const ready = readyApps(turn);
  let tries = 0;
  for (const { offer } of state.heldOffers.values()) {
    if (state.launchTokens <= 0 || tries >= MATCHES_AT_ONCE_MAX) break;
    state.heldOffers.delete(offer.id.value);
    if (!ready.some(({ id }) => state.waiting.has(id))) declineOffer(turn, offer);
    else tries += Math.max(1, answerOffer(turn, offer, ready));
  }
  lookAgain(turn);
}

/** Without a token only the offers are declined that have waited for long, or that nothing waits for. */
function waitForTokens(turn: Turn): void {
  const { state, now } = turn;
  for (const { offer, since } of state.heldOffers.values()) {
    if (state.revive.wanted.size > 0 && now < since + OFFER_HOLD_MS) break;
    state.heldOffers.delete(offer.id.value);
    declineOffer(turn, offer);
  }
  lookAgain(turn);
}

/** Declines the offers that wait once no instance waits for one. */
export function declineIdleOffers(turn: Turn): void {
  const { state } = turn;
  if (state.heldOffers.size === 0 || state.revive.wanted.size > 0) return;
  for (const { offer } of state.heldOffers.values()) declineOffer(turn, offer);
  state.heldOffers.clear();
}

/** Returns the launch token of a task that runs, so that the next launch may follow. */
export function returnToken(turn: Turn): void {
  const { state, now } = turn;
  const before = state.launchTokens;
  state.launchTokens = Math.min(state.settings.launchTokens, before + 1);
  // Further tokens that come back now leave the timer as it is.
  if (before <= 0 && state.heldOffers.size > 0) wake(turn, { kind: 'offers' }, now + TOKENS_PAUSE_MS);
}

function refillTokens({ state, now }: Turn): void {
  const { launchTokens, launchTokenRefreshMs } = state.settings;
  if (now - state.launchTokensAt < launchTokenRefreshMs) return;
  state.launchTokens = launchTokens;
  state.launchTokensAt = now;
}

function lookAgain(turn: Turn): void {
  const [oldest] = turn.state.heldOffers.values();
  if (oldest) wake(turn, { kind: 'offers' }, nextLookAt(turn.state, oldest, turn.now));
}

function nextLookAt(state: MarathonState, { since }: HeldOffer, now: number): number {
  if (state.launchTokens > 0) return now;
  return Math.min(since + OFFER_HOLD_MS, state.launchTokensAt + state.settings.launchTokenRefreshMs);
}
