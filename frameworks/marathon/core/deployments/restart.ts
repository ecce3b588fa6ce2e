/**
 * Rolling restarts: instances of an older configuration are replaced by new ones, within two limits.
 *
 * Always true: at least minHealthy instances work, and at most capacity instances exist.
 *
 * Each call decides from the instances that exist, so a restart goes on after a new start of Marathon. Old instances that
 * do not work cost nothing and go first; one of unknown health counts as working when it is stopped, but not as healthy.
 */

import type { App } from '../../api/app';
import { watchReadiness } from '../health/readiness';
import { isActive } from '../instances/conditions';
import { appOf, isUp } from '../instances/definition';
import { healthOf } from '../instances/health-state';
import { expunge, instancesOf, schedule } from '../instances/instances';
import { decommission } from '../instances/kill';
import type { Instance, MarathonState } from '../state/state';
import type { Turn } from '../state/turn';

export interface RestartLimits {
  readonly minHealthy: number;
  readonly capacity: number;
}

/**
 * The least number of working instances and the largest number of instances during a restart. A single
 * instance is never doubled.
 */
export function restartLimits({ instances, upgradeStrategy, labels }: App): RestartLimits {
  const { minimumHealthCapacity, maximumOverCapacity } = upgradeStrategy;
  if (labels['MARATHON_SINGLE_INSTANCE_APP'] === 'true') return { minHealthy: 0, capacity: instances };
  const minHealthy = Math.max(0, Math.ceil(instances * minimumHealthCapacity - 1e-9));
  const capacity = Math.floor(instances * (1 + maximumOverCapacity) + 1e-9);
  // Without any room no instance could be replaced: one more is allowed during the restart.
  return { minHealthy, capacity: minHealthy === capacity ? capacity + 1 : capacity };
}

/** Stops old and starts new instances as far as the limits allow; true when all is replaced. */
export function reachRestart(turn: Turn, app: App): boolean {
  const { state } = turn;
  const limits = restartLimits(app);
  stopOld(turn, app, limits);
  const { old, fresh } = split(state, app);
  const room = limits.capacity - old.filter(({ condition }) => isActive(condition)).length - fresh.length;
  for (let left = Math.min(app.instances - fresh.length, room); left > 0; left--) schedule(turn, app);
  for (const instance of fresh) watchReadiness(turn, instance);
  const up = fresh.filter((instance) => isUp(state, app, instance)).length;
  return up >= app.instances && old.length === 0;
}

function split(state: MarathonState, app: App): { old: Instance[]; fresh: Instance[] } {
  const all = instancesOf(state, app.id);
  const isOld = ({ configVersion }: Instance): boolean => configVersion < app.versionInfo.lastConfigChangeAt;
  const fresh = all.filter(
    (instance) =>
      !isOld(instance) && instance.goal === 'Running' && instance.condition !== 'UnreachableInactive',
  );
  return { old: all.filter(isOld), fresh };
}

function stopOld(turn: Turn, app: App, { minHealthy }: RestartLimits): void {
  const { state } = turn;
  const { old, fresh } = split(state, app);
  const active = old.filter(({ goal }) => goal === 'Running');
  const healthy =
    active.filter((instance) => isHealthyOld(state, instance)).length +
    fresh.filter((instance) => isUp(state, app, instance)).length;
  let budget = Math.max(healthy - minHealthy, active.length - app.instances);
  const order = [...active].sort(
    (a, b) =>
      costOf(state, a) - costOf(state, b) || Number(isHealthyOld(state, a)) - Number(isHealthyOld(state, b)),
  );
  for (const instance of order) {
    const cost = costOf(state, instance);
    if (cost > Math.max(0, budget)) break;
    budget -= cost;
    if (isActive(instance.condition)) decommission(turn, instance);
    else expunge(turn, instance);
  }
}

/** True for an old instance that counts as healthy; without health checks every active one does. */
function isHealthyOld(state: MarathonState, instance: Instance): boolean {
  if (!isActive(instance.condition) || instance.condition === 'Unreachable') return false;
  const app = appOf(state, instance);
  return !app || app.healthChecks.length === 0 || healthOf(state, app, instance) === true;
}

/** The cost of stopping an instance: 0 when it is known not to work, else 1. */
function costOf(state: MarathonState, instance: Instance): number {
  if (!isActive(instance.condition) || instance.condition === 'Unreachable') return 0;
  const app = appOf(state, instance);
  return app && healthOf(state, app, instance) === false ? 0 : 1;
}
