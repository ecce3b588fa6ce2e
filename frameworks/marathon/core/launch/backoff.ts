/**
 * Launch delays: an app whose tasks keep ending is launched ever more slowly.
 *
 * A delay belongs to one configuration of an app: a change of the configuration resets it, scaling does not.
 */

import type { Millis } from '../../../../cluster/model/time';
import { type RunSpec, specOf } from '../state/run-spec';
import type { Condition, MarathonState } from '../state/state';
import type { Turn } from '../state/turn';

const COUNTING: ReadonlySet<Condition> = new Set<Condition>([
  'Dropped',
  'Error',
  'Failed',
  'Gone',
  'Finished',
]);

const PROGRESS: ReadonlySet<Condition> = new Set<Condition>([
  'Provisioned',
  'Staging',
  'Starting',
  'Running',
]);

function keyOf(app: RunSpec): string {
  return `${app.id}@${app.versionInfo.lastConfigChangeAt}`;
}

/** The time of the next allowed launch; undefined without a delay. */
export function deadlineOf(state: MarathonState, app: RunSpec): Millis | undefined {
  const backoff = state.backoffs.get(keyOf(app));
  return backoff && backoff.reference + backoff.delayMs;
}

export function isDelayed(state: MarathonState, app: RunSpec, now: Millis): boolean {
  return (deadlineOf(state, app) ?? 0) > now;
}

/** Lets an instance's new condition count for the delay of its app. */
export function updateDelay(turn: Turn, app: RunSpec, condition: Condition): void {
  const { backoffs } = turn.state;
  const backoff = backoffs.get(keyOf(app));
  if (PROGRESS.has(condition)) {
    // A launch under way postpones the clean-up of the delay and leaves the delay itself as it is.
    if (backoff) backoff.reference = Math.max(backoff.reference, turn.now - backoff.delayMs);
    return;
  }
  if (!COUNTING.has(condition)) return;
  const maxMs = app.maxLaunchDelaySeconds * 1000;
  const grown = backoff ? backoff.delayMs * app.backoffFactor : app.backoffSeconds * 1000;
  const delayMs = Math.min(maxMs, Math.round(grown));
  backoffs.set(keyOf(app), { delayMs, reference: turn.now, maxMs });
}

/** Removes the delays of an app: after a restart, at an operator's request, when an agent drains. */
export function resetBackoff(turn: Turn, appId: string): void {
  const { versions, podVersions, backoffs } = turn.state;
  const current = specOf(turn.state, appId);
  if (current) backoffs.delete(keyOf(current));
  for (const definitions of [versions.get(appId), podVersions.get(appId)])
    for (const definition of definitions?.values() ?? []) backoffs.delete(keyOf(definition));
  turn.touched.add(appId);
}

/** Removes the delays of apps that have not failed for a while. */
export function cleanUpOverdueDelays(turn: Turn): void {
  for (const [key, { reference, delayMs, maxMs }] of turn.state.backoffs) {
    if (turn.now > reference + delayMs + maxMs) turn.state.backoffs.delete(key);
  }
}
