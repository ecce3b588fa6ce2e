/**
 * Counts of the instances of an app by what scaling and restarts ask of them, so that no status update walks all instances.
 *
 * Always true: each instance is counted in one class of its app, which is the one that its present state leads to. Whoever
 * changes an instance, its health or its readiness tallies it again (checked by check-marathon.ts against all instances).
 */

import { hasHealthChecks } from '../state/run-spec';
import type { Instance, InstanceClass, MarathonState } from '../state/state';
import { isLive, isResting, isWaiting, taskStateOf } from './conditions';
import { definitionOf, isUp } from './definition';
import { healthOf } from './health-state';
import { countPlacement } from './placements';

/** Counts an instance in the class of its present state. */
export function tally(state: MarathonState, instance: Instance): void {
  const previous = state.tallied.get(instance.id);
  const key = classKey(state, instance);
  if (previous?.key === key) return;
  if (previous) leave(state, instance, previous);
  const classes = state.tallies.get(instance.appId) ?? new Map<string, InstanceClass>();
  state.tallies.set(instance.appId, classes);
  const current = classes.get(key) ?? classOf(state, instance, key);
  classes.set(key, current);
  current.count++;
  addHealth(state, current, 1);
  state.tallied.set(instance.id, current);
}

/** Counts an instance no longer. */
export function untally(state: MarathonState, instance: Instance): void {
  const previous = state.tallied.get(instance.id);
  if (previous) leave(state, instance, previous);
  state.tallied.delete(instance.id);
}

/** Counts all instances of an app anew: an older definition that some of them ran is gone. */
export function tallyAll(state: MarathonState, appId: string): void {
  for (const id of state.byApp.get(appId) ?? []) {
    const instance = state.instances.get(id);
    if (!instance) continue;
    tally(state, instance);
    countPlacement(state, instance);
  }
}

/** The number of instances of an app in the classes that fulfil a condition. */
export function countOf(
  state: MarathonState,
  appId: string,
  fulfils: (instances: InstanceClass) => boolean,
): number {
  let sum = 0;
  for (const instances of state.tallies.get(appId)?.values() ?? [])
    if (fulfils(instances)) sum += instances.count;
  return sum;
}

function leave(state: MarathonState, { appId }: Instance, previous: InstanceClass): void {
  const { tallies } = state;
  const classes = tallies.get(appId);
  addHealth(state, previous, -1);
  previous.count--;
  if (previous.count > 0) return;
  classes?.delete(previous.key);
  if (classes?.size === 0) tallies.delete(appId);
}

function addHealth({ healthCounts }: MarathonState, { health }: InstanceClass, change: 1 | -1): void {
  if (health === 'good') healthCounts.working += change;
  else if (health === 'failing') healthCounts.failing += change;
}

/** The name of the class that the present state of an instance leads to. */
export function classKey(state: MarathonState, instance: Instance): string {
  const { configVersion, goal } = instance;
  const words = [lifeOf(instance), healthWord(state, instance), reportOf(instance), isUpNow(state, instance)];
  return `${configVersion} ${goal}${isResting(instance) ? ' resting' : ''} ${words.join(' ')}`;
}

function classOf(state: MarathonState, instance: Instance, key: string): InstanceClass {
  return {
    key,
    configVersion: instance.configVersion,
    goal: instance.goal,
    isWanted: instance.goal === 'Running',
    isResting: isResting(instance),
    life: lifeOf(instance),
    health: healthWord(state, instance),
    report: reportOf(instance),
    isUp: isUpNow(state, instance),
    count: 0,
  };
}

function lifeOf(instance: Instance): InstanceClass['life'] {
  const { condition } = instance;
  if (condition === 'Unreachable') return 'unreachable';
  if (condition === 'UnreachableInactive') return 'inactive';
  return isLive(instance) ? 'active' : 'idle';
}

function healthWord(state: MarathonState, instance: Instance): InstanceClass['health'] {
  const app = definitionOf(state, instance);
  if (!app || !hasHealthChecks(app)) return 'none';
  const healthy = healthOf(state, app, instance);
  if (healthy === undefined) return 'unknown';
  if (healthy) return 'good';
  return wasHealthy(state, instance) ? 'failing' : 'bad';
}

/** True when each check that Marathon performs has passed before. The agent acts on those that Mesos performs. */
function wasHealthy({ health }: MarathonState, { id }: Instance): boolean {
  const checks = (health.get(id)?.checks ?? []).filter((check) => check !== null);
  return checks.length > 0 && checks.every(({ firstSuccess }) => firstSuccess !== undefined);
}

function reportOf(instance: Instance): InstanceClass['report'] {
  const { task, tasks, agent } = instance;
  if (!(task ?? tasks) || !agent || isWaiting(instance)) return 'none';
  const reported = tasks ? taskStateOf(instance.condition) : task?.state;
  if (reported === undefined || reported === 'TASK_STAGING') return 'staged';
  return reported === 'TASK_RUNNING' ? 'running' : 'other';
}

function isUpNow(state: MarathonState, instance: Instance): boolean {
  const app = definitionOf(state, instance);
  return app ? isUp(state, app, instance) : instance.condition === 'Running';
}
