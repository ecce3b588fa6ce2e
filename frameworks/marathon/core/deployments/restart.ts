/**
 * Rolling restarts: instances of an older configuration are replaced by new ones, within two limits.
 *
 * Always true: at least minHealthy instances work, and at most capacity instances exist.
 *
 * Each call decides from the instances that exist, so a restart goes on after a new start of Marathon. Old instances that
 * do not work cost nothing and go first; one of unknown health counts as working when it is stopped, but not as healthy.
 */

import { watchReadiness } from '../health/readiness';
import { isLive } from '../instances/conditions';
import { expunge, instancesOf } from '../instances/instances';
import { stop } from '../instances/kill';
import { countOf } from '../instances/tally';
import { SCALED_AT_ONCE_MAX } from '../state/limits';
import { isResident, type RunSpec } from '../state/run-spec';
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
export function restartLimits(app: RunSpec): RestartLimits {
  const { instances, upgradeStrategy, labels } = app;
  const { minimumHealthCapacity, maximumOverCapacity } = upgradeStrategy;
  if (labels['MARATHON_SINGLE_INSTANCE_APP'] === 'true') return { minHealthy: 0, capacity: instances };
  const minHealthy = Math.max(0, Math.ceil(instances * minimumHealthCapacity - 1e-9));
  const capacity = Math.floor(instances * (1 + maximumOverCapacity) + 1e-9);
  // A new instance gets the volumes of an old one, so one has to stop before.
  if (minHealthy === capacity && isResident(app))
    return { minHealthy: Math.max(0, minHealthy - 1), capacity };
  // Without any room no instance could be replaced: one more is allowed during the restart.
  return { minHealthy, capacity: minHealthy === capacity ? capacity + 1 : capacity };
}

/** Stops old and starts new instances as far as the limits allow; true when all is replaced. */
export function reachRestart(turn: Turn, app: RunSpec): boolean {
  const { state } = turn;
  const limits = restartLimits(app);
  const sides = sidesOf(app);
  stopOld(turn, app, limits);
  // Those that are to go still take their places, also new ones that an operator or a change of the number has stopped.
  const leaving = countOf(state, app.id, (instances) => !sides.isFresh(instances) && isLiveClass(instances));
  const fresh = countOf(state, app.id, sides.isFresh);
  scheduleSome(turn, app, Math.min(app.instances - fresh, limits.capacity - leaving - fresh));
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
function sidesOf({ versionInfo }: RunSpec): Sides {
  const isOld = ({ configVersion, isResting }: InstanceClass): boolean =>
    configVersion < versionInfo.lastConfigChangeAt && !isResting;
  return {
    isOld,
    isFresh: (instances) => !isOld(instances) && instances.isWanted && instances.life !== 'inactive',
  };
}

function isLiveClass({ life }: InstanceClass): boolean {
  return life === 'active' || life === 'unreachable';
}

/**
 * Stops old instances: those that do not work at once, those of unknown health as long as enough are left that may work, and
 * healthy ones as long as enough healthy ones are left.
 */
function stopOld(turn: Turn, app: RunSpec, { minHealthy }: RestartLimits): void {
  const { state } = turn;
  const { isOld, isFresh } = sidesOf(app);
  const count = (fulfils: (instances: InstanceClass) => boolean): number => countOf(state, app.id, fulfils);
  const isActiveOld = (instances: InstanceClass): boolean => isOld(instances) && instances.isWanted;
  const countRank = (rank: Rank): number =>
    count((instances) => isActiveOld(instances) && rankOf(instances) === rank);
  const up = count((instances) => isFresh(instances) && instances.isUp);
  const unknown = countRank(1);
  const healthy = countRank(2);
  const wanted =
    countRank(0) +
    clamp(healthy + unknown + up - minHealthy, unknown) +
    clamp(healthy + up - minHealthy, healthy);
  if (wanted > SCALED_AT_ONCE_MAX) postpone(turn, app.id);
  for (const instance of cheapest(state, app.id, isActiveOld, Math.min(wanted, SCALED_AT_ONCE_MAX))) {
    // A stopped one with volumes is started again with the new configuration.
    if (isLive(instance) || instance.reservation) stop(turn, instance);
    else expunge(turn, instance);
  }
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}

/** Some instances of these classes, those first that cost least to stop, the healthy ones last. */
function cheapest(
  state: MarathonState,
  appId: string,
  fulfils: (instances: InstanceClass) => boolean,
  count: number,
): Instance[] {
  const chosen: Instance[] = [];
  for (const rank of RANKS) {
    const isOfRank = (instances: InstanceClass): boolean => fulfils(instances) && rankOf(instances) === rank;
    // The walk ends at the last one: a restart of very many takes few at a time.
    let left = Math.min(count - chosen.length, countOf(state, appId, isOfRank));
    for (const id of left > 0 ? (state.byApp.get(appId) ?? []) : []) {
      const instances = state.tallied.get(id);
      const instance = state.instances.get(id);
      if (!instance || !instances || !isOfRank(instances)) continue;
      chosen.push(instance);
      if (--left === 0) break;
    }
  }
  return chosen;
}

const RANKS = [0, 1, 2] as const;
type Rank = (typeof RANKS)[number];

/**
 * The order in which old instances stop: those that are known not to work, those of unknown health, the healthy ones. One
 * that does not run yet is of unknown health, also without checks.
 */
function rankOf({ life, health, report }: InstanceClass): Rank {
  if (life !== 'active' || health === 'bad' || health === 'failing') return 0;
  return report === 'running' && health !== 'unknown' ? 2 : 1;
}
