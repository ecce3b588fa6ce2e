/** The instances for which offers are asked for: those that wait for a launch without a delay. */

import type { Millis } from '../../../../cluster/model/time';
import { resubscribed, reviveNow, reviveOrSuppress } from '../../../kit/core/session/revive';
import { deadlineOf } from '../launch/backoff';
import { type Turn, wake } from '../state/turn';

/** Asks for offers or suppresses them, at the end of every step. */
export function askForOffers(turn: Turn): void {
  reviveOrSuppress(turn, wantedNow(turn));
}

/** Asks for offers after a new subscription. */
export function askAfterSubscription(turn: Turn): void {
  const { waiting } = turn.state;
  resubscribed(turn, new Map([...waiting].map(([id, instances]) => [id, instances.size])));
}

/** Asks at once: the offers of the subscription may have come before the tasks were reconciled. */
export function reviveWaiting(turn: Turn): void {
  if (turn.state.waiting.size > 0) reviveNow(turn);
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
