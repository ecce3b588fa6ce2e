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
import { expunge, instancesOf } from '../instances/instances';
import { decommission } from '../instances/kill';
import { countOf } from '../instances/tally';
import { SCALED_AT_ONCE_MAX } from '../state/limits';
import type { Instance, InstanceClass, MarathonState } from '../state/state';
import { postpone, type Turn } from '../state/turn';
import { scheduleSome } from './scale';

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
  const sides = sidesOf(app);
  stopOld(turn, app, limits);
  const oldActive = countOf(state, app.id, (instances) => sides.isOld(instances) && isLive(instances));
  const fresh = countOf(state, app.id, sides.isFresh);
  scheduleSome(turn, app, Math.min(app.instances - fresh, limits.capacity - oldActive - fresh));
  if (app.readinessChecks.length > 0)
    for (const instance of instancesOf(state, app.id))
      if (instance.configVersion >= app.versionInfo.lastConfigChangeAt) watchReadiness(turn, instance);
  const up = countOf(state, app.id, (instances) => sides.isFresh(instances) && instances.isUp);
  return up >= app.instances && countOf(state, app.id, sides.isOld) === 0;
}

interface Sides {
  readonly isOld: (instances: InstanceClass) => boolean;
  readonly isFresh: (instances: InstanceClass) => boolean;
}

/** Old instances run an older configuration; fresh ones are those that are to stay. */
function sidesOf({ versionInfo }: App): Sides {
  const isOld = ({ configVersion }: InstanceClass): boolean => configVersion < versionInfo.lastConfigChangeAt;
  return {
    isOld,
    isFresh: (instances) => !isOld(instances) && instances.isWanted && instances.life !== 'inactive',
  };
}

function isLive({ life }: InstanceClass): boolean {
  return life === 'active' || life === 'unreachable';
}

function stopOld(turn: Turn, app: App, { minHealthy }: RestartLimits): void {
  const { state } = turn;
  const { isOld, isFresh } = sidesOf(app);
  const count = (fulfils: (instances: InstanceClass) => boolean): number => countOf(state, app.id, fulfils);
  const isActiveOld = (instances: InstanceClass): boolean => isOld(instances) && instances.isWanted;
  const active = count(isActiveOld);
  const up = count((instances) => isFresh(instances) && instances.isUp);
  const healthy = count((instances) => isActiveOld(instances) && isHealthyClass(instances)) + up;
  // Once all new instances are up no old one is needed, whatever its health is.
  let budget = up >= app.instances ? active : Math.max(healthy - minHealthy, active - app.instances);
  const free = count((instances) => isActiveOld(instances) && !isCostlyClass(instances));
  if (free === 0 && (budget < 1 || active === 0)) return;
  const order = oldInOrder(state, app);
  if (order.length > SCALED_AT_ONCE_MAX) postpone(turn, app.id);
  for (const instance of order.slice(0, SCALED_AT_ONCE_MAX)) {
    const cost = costOf(state, instance);
    if (cost > Math.max(0, budget)) break;
    budget -= cost;
    if (isActive(instance.condition)) decommission(turn, instance);
    else expunge(turn, instance);
  }
}

/** The old instances that are not being stopped yet, those that cost least first. */
function oldInOrder(state: MarathonState, app: App): Instance[] {
  const active = instancesOf(state, app.id).filter(
    ({ goal, configVersion }) => goal === 'Running' && configVersion < app.versionInfo.lastConfigChangeAt,
  );
  return active.sort(
    (a, b) =>
      costOf(state, a) - costOf(state, b) || Number(isHealthyOld(state, a)) - Number(isHealthyOld(state, b)),
  );
}

/** True for an old instance that counts as healthy; without health checks every active one does. */
function isHealthyOld(state: MarathonState, instance: Instance): boolean {
  const instances = state.tallied.get(instance.id);
  return instances !== undefined && isHealthyClass(instances);
}

/** The cost of stopping an instance: 0 when it is known not to work, else 1. */
function costOf(state: MarathonState, instance: Instance): number {
  const instances = state.tallied.get(instance.id);
  return instances && isCostlyClass(instances) ? 1 : 0;
}

function isHealthyClass({ life, health }: InstanceClass): boolean {
  return life === 'active' && (health === 'good' || health === 'none');
}

function isCostlyClass({ life, health }: InstanceClass): boolean {
  return life === 'active' && health !== 'bad' && health !== 'failing';
}
