/**
 * The instances for which offers are asked for: those that wait for a launch without a delay.
 *
 * Always true: at the end of a step each app with waiting instances is in exactly one of wanted and delayed.
 */

import { askFor, resubscribed, reviveNow } from '../../../kit/core/session/revive';
import { deadlineOf } from '../launch/backoff';
import type { MarathonState } from '../state/state';
import { type Turn, wake } from '../state/turn';

/** Asks for offers or suppresses them, at the end of every step; `changed` are the apps that the step has touched. */
export function askForOffers(turn: Turn, changed: ReadonlySet<string>): void {
  const { revive } = turn.state;
  let isNew = false;
  for (const appId of changed) {
    const wasWanted = revive.wanted.has(appId);
    isNew = updateWanted(turn, appId) || isNew;
    if (revive.wanted.has(appId) !== wasWanted) revive.wantedRoles = undefined;
  }
  // Counted anew only after an app came, went or was changed: very many may want offers.
  revive.wantedRoles ??= wantedRoles(turn.state);
  askFor(turn, isNew);
}

/** The roles of the apps that want offers, where the framework has several. */
function wantedRoles({ session, revive, apps }: MarathonState): ReadonlySet<string> | undefined {
  if ((session.roles?.length ?? 1) <= 1) return undefined;
  return new Set([...revive.wanted.keys()].flatMap((appId) => apps.get(appId)?.role ?? []));
}

/** Asks for offers after a new subscription. */
export function askAfterSubscription(turn: Turn): void {
  resubscribed(turn, turn.state.revive.wanted);
}

/** Asks at once: the offers of the subscription may have come before the tasks were reconciled. */
export function reviveWaiting(turn: Turn): void {
  if (turn.state.waiting.size > 0) reviveNow(turn);
}

/** The `backoff` timer: apps whose launch delay is over want offers again. */
export function endDelays(turn: Turn): void {
  const { delayed } = turn.state;
  let next = Number.POSITIVE_INFINITY;
  for (const [appId, deadline] of delayed) {
    if (deadline <= turn.now) turn.touched.add(appId);
    else next = Math.min(next, deadline);
  }
  if (Number.isFinite(next)) wake(turn, { kind: 'backoff' }, next);
}

/** Records what an app wants now; true when it is more than before. */
function updateWanted(turn: Turn, appId: string): boolean {
  const { state, now } = turn;
  const { wanted } = state.revive;
  const app = state.apps.get(appId);
  const count = app ? (state.waiting.get(appId)?.size ?? 0) : 0;
  const deadline = (app && deadlineOf(state, app)) ?? 0;
  if (count === 0 || deadline <= now) state.delayed.delete(appId);
  else if (state.delayed.get(appId) !== deadline) delay(turn, appId, deadline);
  const before = wanted.get(appId) ?? 0;
  if (count === 0 || deadline > now) wanted.delete(appId);
  else wanted.set(appId, count);
  return (wanted.get(appId) ?? 0) > before;
}

function delay(turn: Turn, appId: string, deadline: number): void {
  const { delayed } = turn.state;
  delayed.set(appId, deadline);
  let next = deadline;
  for (const other of delayed.values()) if (other > turn.now) next = Math.min(next, other);
  wake(turn, { kind: 'backoff' }, next);
}
