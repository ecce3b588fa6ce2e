/**
 * Scaling: an app is brought to its number of instances.
 *
 * Each call decides from the wanted and the existing instances alone, so it may follow every event and a restart.
 */

import type { App } from '../../api/app';
import { watchReadiness } from '../health/readiness';
import { isOutdated, isUp } from '../instances/definition';
import { expunge, instancesOf, schedule } from '../instances/instances';
import { decommission } from '../instances/kill';
import type { Turn } from '../state/turn';
import { selectForKill } from './kill-selection';

/** Schedules or decommissions instances; true when the wanted number is up and no other is left. */
export function reachScale(turn: Turn, app: App): boolean {
  const { state } = turn;
  for (const instance of instancesOf(state, app.id)) if (isOutdated(app, instance)) expunge(turn, instance);
  const all = instancesOf(state, app.id);
  const active = all.filter(
    ({ goal, condition }) => goal === 'Running' && condition !== 'UnreachableInactive',
  );
  for (let missing = app.instances - active.length; missing > 0; missing--) schedule(turn, app);
  const surplus = active.length - app.instances;
  if (surplus > 0) for (const instance of selectForKill(app, active, surplus)) decommission(turn, instance);
  if (surplus !== 0) return app.instances === 0 && instancesOf(state, app.id).length === 0;
  if (state.locks.has(app.id)) for (const instance of active) watchReadiness(turn, instance);
  return (
    active.every((instance) => isUp(state, app, instance)) && all.every(({ goal }) => goal === 'Running')
  );
}

/** Decommissions all instances of an app; true when none is left. */
export function reachNothing(turn: Turn, appId: string): boolean {
  for (const instance of instancesOf(turn.state, appId)) {
    if (instance.goal !== 'Decommissioned') decommission(turn, instance);
  }
  return !turn.state.byApp.has(appId);
}
