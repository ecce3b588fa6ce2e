/**
 * Scaling: an app is brought to its number of instances.
 *
 * Each call decides from the wanted and the existing instances alone, so it may follow every event and a restart.
 */

import { watchReadiness } from '../health/readiness';
import { isOutdated } from '../instances/definition';
import { expunge, instancesOf, schedule } from '../instances/instances';
import { decommission, stop } from '../instances/kill';
import { countOf } from '../instances/tally';
import { renew, reuseStopped } from '../residency/reservations';
import { SCALED_AT_ONCE_MAX } from '../state/limits';
import type { RunSpec } from '../state/run-spec';
import type { Instance, InstanceClass, MarathonState } from '../state/state';
import { postpone, type Turn } from '../state/turn';
import { selectForKill } from './kill-selection';

/** Schedules or stops instances; true when the wanted number is up and no other is left, but for reservations. */
export function reachScale(turn: Turn, app: RunSpec): boolean {
  const { state } = turn;
  expungeOutdated(turn, app);
  const counting = countOf(state, app.id, isCounting);
  scheduleSome(turn, app, app.instances - counting);
  if (counting > app.instances) stopSurplus(turn, app, counting - app.instances);
  if (counting !== app.instances)
    return app.instances === 0 && countOf(state, app.id, ({ isResting }) => !isResting) === 0;
  if (app.readinessChecks.length > 0 && state.locks.has(app.id))
    for (const instance of instancesOf(state, app.id)) watchReadiness(turn, instance);
  return (
    countOf(state, app.id, (instances) => isCounting(instances) !== instances.isUp) === 0 &&
    countOf(state, app.id, ({ isWanted, isResting }) => !isWanted && !isResting) === 0
  );
}

/** True for instances that count towards the wanted number. */
function isCounting({ isWanted, life }: InstanceClass): boolean {
  return isWanted && life !== 'inactive';
}

/**
 * Schedules instances, stopped ones first. Of very many only some: the others follow in steps of their own, between those
 * of others.
 */
export function scheduleSome(turn: Turn, app: RunSpec, missing: number): void {
  const count = Math.min(missing, SCALED_AT_ONCE_MAX);
  for (let left = count - reuseStopped(turn, app, count); left > 0; left--) schedule(turn, app);
  if (missing > SCALED_AT_ONCE_MAX) postpone(turn, app.id);
}

function expungeOutdated(turn: Turn, app: RunSpec): void {
  const { lastConfigChangeAt } = app.versionInfo;
  const outdated = countOf(
    turn.state,
    app.id,
    ({ life, configVersion, isResting }) =>
      life === 'idle' && !isResting && configVersion < lastConfigChangeAt,
  );
  if (outdated === 0) return;
  for (const instance of instancesOf(turn.state, app.id))
    if (isOutdated(app, instance)) replace(turn, app, instance);
}

/** An instance that waits on its volumes is launched there with the new configuration. */
function replace(turn: Turn, app: RunSpec, instance: Instance): void {
  if (!instance.reservation) expunge(turn, instance);
  else if (instance.goal === 'Running') renew(turn, app, instance);
}

function stopSurplus(turn: Turn, app: RunSpec, surplus: number): void {
  const candidates = instancesOf(turn.state, app.id).filter(
    ({ goal, condition }) => goal === 'Running' && condition !== 'UnreachableInactive',
  );
  const count = Math.min(surplus, SCALED_AT_ONCE_MAX);
  const chosen = app.instances === 0 ? candidates.slice(0, count) : selectForKill(app, candidates, count);
  for (const instance of chosen) stop(turn, instance);
  if (surplus > count) postpone(turn, app.id);
}

/** Decommissions all instances of an app; true when none is left, but for reservations that are to be freed. */
export function reachNothing(turn: Turn, appId: string): boolean {
  const { state } = turn;
  const wanted = countOf(state, appId, ({ goal }) => goal !== 'Decommissioned');
  if (wanted === 0) return hasEnded(state, appId);
  const running = instancesOf(state, appId).filter(({ goal }) => goal !== 'Decommissioned');
  for (const instance of running.slice(0, SCALED_AT_ONCE_MAX)) decommission(turn, instance);
  if (wanted > SCALED_AT_ONCE_MAX) postpone(turn, appId);
  return hasEnded(state, appId);
}

function hasEnded(state: MarathonState, appId: string): boolean {
  return countOf(state, appId, ({ goal, isResting }) => goal !== 'Decommissioned' || !isResting) === 0;
}
