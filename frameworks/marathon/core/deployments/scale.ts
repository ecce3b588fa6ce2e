/**
 * Scaling: an app is brought to its number of instances.
 *
 * Each call decides from the wanted and the existing instances alone, so it may follow every event and a restart.
 */

import { watchReadiness } from '../health/readiness';
import { isOutdated } from '../instances/definition';
import { expunge, instancesOf, schedule } from '../instances/instances';
import { decommission } from '../instances/kill';
import { countOf } from '../instances/tally';
import { SCALED_AT_ONCE_MAX } from '../state/limits';
import type { RunSpec } from '../state/run-spec';
import type { InstanceClass } from '../state/state';
import { postpone, type Turn } from '../state/turn';
import { selectForKill } from './kill-selection';

/** Schedules or decommissions instances; true when the wanted number is up and no other is left. */
export function reachScale(turn: Turn, app: RunSpec): boolean {
  const { state } = turn;
  expungeOutdated(turn, app);
  const counting = countOf(state, app.id, isCounting);
  scheduleSome(turn, app, app.instances - counting);
  if (counting > app.instances) stopSurplus(turn, app, counting - app.instances);
  if (counting !== app.instances) return app.instances === 0 && !state.byApp.has(app.id);
  if (app.readinessChecks.length > 0 && state.locks.has(app.id))
    for (const instance of instancesOf(state, app.id)) watchReadiness(turn, instance);
  return (
    countOf(state, app.id, (instances) => isCounting(instances) !== instances.isUp) === 0 &&
    countOf(state, app.id, ({ isWanted }) => !isWanted) === 0
  );
}

/** True for instances that count towards the wanted number. */
function isCounting({ isWanted, life }: InstanceClass): boolean {
  return isWanted && life !== 'inactive';
}

/** Schedules instances. Of very many only some: the others follow in steps of their own, between those of others. */
export function scheduleSome(turn: Turn, app: RunSpec, missing: number): void {
  for (let left = Math.min(missing, SCALED_AT_ONCE_MAX); left > 0; left--) schedule(turn, app);
  if (missing > SCALED_AT_ONCE_MAX) postpone(turn, app.id);
}

function expungeOutdated(turn: Turn, app: RunSpec): void {
  const { lastConfigChangeAt } = app.versionInfo;
  const outdated = countOf(
    turn.state,
    app.id,
    ({ life, configVersion }) => life === 'idle' && configVersion < lastConfigChangeAt,
  );
  if (outdated === 0) return;
  for (const instance of instancesOf(turn.state, app.id))
    if (isOutdated(app, instance)) expunge(turn, instance);
}

function stopSurplus(turn: Turn, app: RunSpec, surplus: number): void {
  const candidates = instancesOf(turn.state, app.id).filter(
    ({ goal, condition }) => goal === 'Running' && condition !== 'UnreachableInactive',
  );
  const count = Math.min(surplus, SCALED_AT_ONCE_MAX);
  const chosen = app.instances === 0 ? candidates.slice(0, count) : selectForKill(app, candidates, count);
  for (const instance of chosen) decommission(turn, instance);
  if (surplus > count) postpone(turn, app.id);
}

/** Decommissions all instances of an app; true when none is left. */
export function reachNothing(turn: Turn, appId: string): boolean {
  const { state } = turn;
  const wanted = countOf(state, appId, ({ isWanted }) => isWanted);
  if (wanted === 0) return !state.byApp.has(appId);
  const running = instancesOf(state, appId).filter(({ goal }) => goal !== 'Decommissioned');
  for (const instance of running.slice(0, SCALED_AT_ONCE_MAX)) decommission(turn, instance);
  if (wanted > SCALED_AT_ONCE_MAX) postpone(turn, appId);
  return !state.byApp.has(appId);
}
