/**
 * The instances for which offers are asked for: those that wait for a launch without a delay.
 *
 * Always true: at the end of a step each app with waiting instances is in exactly one of wanted and delayed.
 */

import { earliest, setTime, takeDue, timeOf } from '../../../../cluster/model/time-heap';
import { askFor, resubscribed, reviveNow } from '../../../kit/core/session/revive';
import { rolesOf } from '../instances/instances';
import { deadlineOf } from '../launch/backoff';
import { countToBeFreed } from '../residency/free';
import { URGENT_AGENTS_MAX } from '../state/limits';
import { specOf } from '../state/run-spec';
import type { MarathonState } from '../state/state';
import { type Turn, wake } from '../state/turn';

/** Asks for offers or suppresses them, at the end of every step; `changed` are the apps that the step has touched. */
export function askForOffers(turn: Turn, changed: ReadonlySet<string>): void {
  const { revive, knownAgents } = turn.state;
  let isNew = false;
  for (const appId of changed) {
    const wasWanted = revive.wanted.has(appId);
    isNew = updateWanted(turn, appId) || isNew;
    const isWanted = revive.wanted.has(appId);
    if (isWanted !== wasWanted) revive.wantedRoles = undefined;
    if (isWanted && !wasWanted && !hasFailed(turn.state, appId)) revive.urgent = true;
  }
  // Counted anew only after an app came, went or was changed: very many may want offers.
  revive.wantedRoles ??= wantedRoles(turn.state);
  // Deployments would end in bursts otherwise: as many as may run at once in each interval.
  askFor(turn, isNew, revive.urgent && knownAgents.size <= URGENT_AGENTS_MAX);
  if (!revive.owed) revive.urgent = false;
}

/** The roles of the apps that want offers, where the framework has several. */
function wantedRoles(state: MarathonState): ReadonlySet<string> | undefined {
  const { session, revive } = state;
  if ((session.roles?.length ?? 1) <= 1) return undefined;
  return new Set([...revive.wanted.keys()].flatMap((appId) => rolesOf(state, appId)));
}

/** Asks for offers after a new subscription. */
export function askAfterSubscription(turn: Turn): void {
  resubscribed(turn, turn.state.revive.wanted);
}

/** Asks at once: the offers of the subscription may have come before the tasks were reconciled. */
export function reviveWaiting(turn: Turn): void {
  if (turn.state.waiting.size > 0 || turn.state.revive.wanted.size > 0) reviveNow(turn);
}

/** The `backoff` timer: apps whose launch delay is over want offers again. */
export function endDelays(turn: Turn): void {
  const { delayed } = turn.state;
  for (let appId = takeDue(delayed, turn.now); appId !== undefined; appId = takeDue(delayed, turn.now))
    turn.touched.add(appId);
  const next = earliest(delayed);
  if (next) wake(turn, { kind: 'backoff' }, next.at);
}

/** True for an app whose tasks have ended: it may do so again and again, and is launched at the usual pace. */
function hasFailed(state: MarathonState, appId: string): boolean {
  const app = specOf(state, appId);
  return app !== undefined && deadlineOf(state, app) !== undefined;
}

/** Records what an app wants now; true when it is more than before. */
function updateWanted(turn: Turn, appId: string): boolean {
  const { state, now } = turn;
  const { wanted } = state.revive;
  const app = specOf(state, appId);
  const count = app ? (state.waiting.get(appId)?.size ?? 0) : 0;
  const deadline = (app && deadlineOf(state, app)) ?? 0;
  if (count === 0 || deadline <= now) setTime(state.delayed, appId, undefined);
  else delay(turn, appId, deadline);
  const before = wanted.get(appId) ?? 0;
  // A launch delay holds up no reservation that is to be freed.
  const sum = (deadline > now ? 0 : count) + countToBeFreed(state, appId);
  if (sum === 0) wanted.delete(appId);
  else wanted.set(appId, sum);
  return (wanted.get(appId) ?? 0) > before;
}

function delay(turn: Turn, appId: string, deadline: number): void {
  const { delayed } = turn.state;
  if (timeOf(delayed, appId) === deadline) return;
  setTime(delayed, appId, deadline);
  wake(turn, { kind: 'backoff' }, earliest(delayed)?.at ?? deadline);
}
