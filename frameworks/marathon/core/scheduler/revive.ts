/**
 * REVIVE and SUPPRESS: offers are asked for while instances wait for a launch, and suppressed otherwise.
 *
 * A REVIVE goes out when more instances wait than at the last step, unless too many went out before, and is repeated
 * once.
 */

import type { Millis } from '../../../../cluster/model/time';
import { deadlineOf } from '../launch/backoff';
import { REVIVE_BURST } from '../state/limits';
import type { MarathonState } from '../state/state';
import { callNow, type Turn, wake } from '../state/turn';

/** Asks for offers or suppresses them, at the end of every step. */
export function reviveOrSuppress(turn: Turn): void {
  const { state } = turn;
  const { revive } = state;
  const wanted = wantedNow(turn);
  if (!state.session.connected) return;
  const isNew = [...wanted].some(([app, count]) => count > (revive.wanted.get(app) ?? 0));
  revive.wanted = wanted;
  if (wanted.size === 0) return suppress(turn);
  if (isNew || revive.suppressed) {
    revive.owed = true;
    revive.repeated = false;
  }
  if (revive.owed) reviveIfAllowed(turn);
}

/** Forgets the suppression: after a new subscription the master sends offers until they are suppressed again. */
export function resubscribed(state: MarathonState): void {
  state.revive.suppressed = false;
  state.revive.owed = false;
  state.revive.wanted = wantedCounts(state);
}

/** Repeats a REVIVE once: offers that were under way at the first one may have been declined since. */
export function repeatRevive(turn: Turn): void {
  const { revive } = turn.state;
  if (revive.suppressed || revive.repeated || revive.wanted.size === 0) return;
  revive.repeated = true;
  revive.owed = true;
}

function wantedNow(turn: Turn): Map<string, number> {
  const { state, now } = turn;
  const wanted = new Map<string, number>();
  let next: Millis = Number.POSITIVE_INFINITY;
  for (const [id, waiting] of state.waiting) {
    const app = state.apps.get(id);
    if (!app) continue;
    const deadline = deadlineOf(state, app) ?? 0;
    if (deadline <= now) wanted.set(id, waiting.size);
    else next = Math.min(next, deadline);
  }
  if (Number.isFinite(next)) wake(turn, { kind: 'backoff' }, next);
  return wanted;
}

function wantedCounts(state: MarathonState): Map<string, number> {
  return new Map([...state.waiting].map(([id, waiting]) => [id, waiting.size]));
}

function reviveIfAllowed(turn: Turn): void {
  const { revive, settings, session, counters } = turn.state;
  refill(turn);
  if (revive.tokens <= 0) {
    wake(turn, { kind: 'revive' }, revive.refilledAt + settings.minReviveOffersMs);
    return;
  }
  revive.tokens--;
  revive.owed = false;
  revive.suppressed = false;
  counters.revives++;
  if (session.connected) callNow(turn, { type: 'REVIVE', revive: { roles: [settings.role] } });
  if (!revive.repeated) wake(turn, { kind: 'revive-again' }, turn.now + settings.minReviveOffersMs);
}

function refill({ state, now }: Turn): void {
  const { revive, settings } = state;
  const due = Math.floor((now - revive.refilledAt) / Math.max(1, settings.minReviveOffersMs));
  if (due <= 0) return;
  revive.tokens = Math.min(REVIVE_BURST, revive.tokens + due);
  revive.refilledAt = now;
}

function suppress(turn: Turn): void {
  const { revive, settings, counters } = turn.state;
  revive.owed = false;
  if (revive.suppressed || !settings.suppressOffers) return;
  revive.suppressed = true;
  counters.suppresses++;
  callNow(turn, { type: 'SUPPRESS', suppress: { roles: [settings.role] } });
}
