/**
 * Launch delays: an app whose tasks keep ending is started ever more slowly (behaviour section 7).
 *
 * Kept per app and configuration, so that a config change starts afresh and scaling does not.
 */

import type { Millis } from '../../../../cluster/model/time';
import type { App } from '../../api/app';
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

function keyOf(app: App): string {
  return `${app.id}@${app.versionInfo.lastConfigChangeAt}`;
}

/** Time of the next allowed launch; undefined when nothing delays it. */
export function deadlineOf(state: MarathonState, app: App): Millis | undefined {
  const backoff = state.backoffs.get(keyOf(app));
  return backoff && backoff.reference + backoff.delayMs;
}

export function isDelayed(state: MarathonState, app: App, now: Millis): boolean {
  return (deadlineOf(state, app) ?? 0) > now;
}

/** Takes note of an instance's new condition. */
export function updateDelay(turn: Turn, app: App, condition: Condition): void {
  const { backoffs } = turn.state;
  const backoff = backoffs.get(keyOf(app));
  if (PROGRESS.has(condition)) {
    // A launch under way moves the moment after which everything is forgotten, but not the delay.
    if (backoff) backoff.reference = Math.max(backoff.reference, turn.now - backoff.delayMs);
    return;
  }
  if (!COUNTING.has(condition)) return;
  const maxMs = app.maxLaunchDelaySeconds * 1000;
  const grown = backoff ? backoff.delayMs * app.backoffFactor : app.backoffSeconds * 1000;
  const delayMs = Math.min(maxMs, Math.round(grown));
  backoffs.set(keyOf(app), { delayMs, reference: turn.now, maxMs });
}

/** Starts afresh: config change, restart, an operator's wish, a drained agent. */
export function resetBackoff(turn: Turn, appId: string): void {
  for (const key of turn.state.backoffs.keys()) {
    if (key.startsWith(`${appId}@`)) turn.state.backoffs.delete(key);
  }
  turn.touched.add(appId);
}

/** Forgets delays of apps that have behaved for a while. */
export function cleanUpOverdueDelays(turn: Turn): void {
  for (const [key, { reference, delayMs, maxMs }] of turn.state.backoffs) {
    if (turn.now > reference + delayMs + maxMs) turn.state.backoffs.delete(key);
  }
}
