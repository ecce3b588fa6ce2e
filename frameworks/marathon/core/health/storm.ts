/**
 * Health storms: most instances of an app, or of all apps, that were healthy fail their checks at once.
 *
 * The fault is then more likely one that they share, such as a service behind them or the network of this process, and
 * to kill them would end what still works. So nothing is killed while a storm lasts.
 *
 * Always true: each storm is announced once when it holds back a kill, and once when it has ended.
 */

import { note } from '../../../../cluster/model/machine';
import type { App } from '../../api/app';
import { countOf } from '../instances/tally';
import { STORM_INSTANCES_MIN } from '../state/limits';
import type { HealthCounts, MarathonState } from '../state/state';
import { publish, type Turn } from '../state/turn';

/** Names the storm of all apps, beside the ids of apps. */
export const ALL_APPS = '*';

/** True when the kill of an unhealthy instance of this app is held back. */
export function isHeldBack(turn: Turn, app: App): boolean {
  const { state } = turn;
  if (!state.settings.healthStormGuard) return false;
  const storm = [app.id, ALL_APPS].find((scope) => isStorm(healthCounts(state, scope)));
  if (storm === undefined) return false;
  if (!state.storms.has(storm)) begin(turn, storm);
  return true;
}

/** Ends the storms of these apps and that of all apps in which no longer most instances fail. */
export function endStorms(turn: Turn, appIds: Iterable<string>): void {
  const { state } = turn;
  if (state.storms.size === 0) return;
  for (const scope of [...appIds, ALL_APPS]) {
    if (!state.storms.has(scope) || isStorm(healthCounts(state, scope))) continue;
    state.storms.delete(scope);
    note(turn, 'info', 'the health storm is over: unhealthy instances are killed again', { scope });
    publish(turn, 'health_storm_ended_event', { ...scopeOf(scope), ...healthCounts(state, scope) });
  }
}

/** The storms that hold back kills of an app: its own and that of all apps. */
export function stormsOf(state: MarathonState, appId: string): string[] {
  return [appId, ALL_APPS].filter((scope) => state.storms.has(scope));
}

/** A sentence about a storm, for the queue and for explanations. */
export function stormText(state: MarathonState, scope: string): string {
  const { failing, working } = healthCounts(state, scope);
  const whose = scope === ALL_APPS ? 'all apps' : 'the app';
  return `${failing} of ${failing + working} instances of ${whose} that were healthy fail their checks at once: none of them is killed`;
}

function begin(turn: Turn, scope: string): void {
  const { state, now } = turn;
  state.storms.set(scope, now);
  note(turn, 'warn', 'most instances fail their health checks at once: nothing is killed', {
    scope,
    ...healthCounts(state, scope),
  });
  publish(turn, 'health_storm_event', {
    ...scopeOf(scope),
    ...healthCounts(state, scope),
    reason: stormText(state, scope),
  });
}

function scopeOf(scope: string): { readonly appId: string | null } {
  return { appId: scope === ALL_APPS ? null : scope };
}

function isStorm({ failing, working }: HealthCounts): boolean {
  return failing >= STORM_INSTANCES_MIN && failing > working;
}

function healthCounts(state: MarathonState, scope: string): HealthCounts {
  if (scope === ALL_APPS) return { ...state.healthCounts };
  return {
    failing: countOf(state, scope, ({ health }) => health === 'failing'),
    working: countOf(state, scope, ({ health }) => health === 'good'),
  };
}
