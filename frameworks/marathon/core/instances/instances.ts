/**
 * Instances are scheduled, changed and expunged here and nowhere else, so that indexes and stored form follow.
 *
 * Always true: waiting has exactly the instances that need a launch; byTask has the current tasks of each that has some.
 */

import { newUuid } from '../state/ids';
import { safeId } from '../state/paths';
import { type RunSpec, specOf } from '../state/run-spec';
import type { Condition, Instance, MarathonState } from '../state/state';
import { dropStoredInstance, saveInstance } from '../state/storage';
import { publish, type Turn } from '../state/turn';
import { isWaiting } from './conditions';
import { countPlacement, forgetPlacement } from './placements';
import { tally, untally } from './tally';
import { killOwners, tasksOf } from './tasks';

export type InstanceState = Pick<MarathonState, 'apps' | 'pods' | 'reserved' | 'instances'>;

/** Instances of an app or a pod, oldest first. */
export function instancesOf(state: MarathonState, appId: string): Instance[] {
  const out: Instance[] = [];
  for (const id of state.byApp.get(appId) ?? []) {
    const instance = state.instances.get(id);
    if (instance) out.push(instance);
  }
  return out;
}

/** Instances of an app that have a reservation. */
export function reservedInstancesOf(
  state: Pick<InstanceState, 'reserved' | 'instances'>,
  appId: string,
): Instance[] {
  return [...(state.reserved.get(appId) ?? [])].flatMap((id) => state.instances.get(id) ?? []);
}

/** The roles of an app's instances: those with a reservation keep the one it was made for. */
export function rolesOf(state: InstanceState, appId: string): string[] {
  const app = specOf(state, appId);
  return [...(app ? [app.role] : []), ...reservedInstancesOf(state, appId).map(({ role }) => role)];
}

/** The instance with this current task. */
export function instanceOfTask(state: MarathonState, taskId: string): Instance | undefined {
  const id = state.byTask.get(taskId);
  return id === undefined ? undefined : state.instances.get(id);
}

/** Puts an instance into the tables; also used when the state is read back. */
export function indexInstance(state: MarathonState, instance: Instance): void {
  state.instances.set(instance.id, instance);
  addTo(state.byApp, instance.appId, instance.id);
  if (isWaiting(instance)) addTo(state.waiting, instance.appId, instance.id);
  else removeFrom(state.waiting, instance.appId, instance.id);
  if (instance.reservation) addTo(state.reserved, instance.appId, instance.id);
  else removeFrom(state.reserved, instance.appId, instance.id);
  for (const { id } of tasksOf(instance)) state.byTask.set(id, instance.id);
  tally(state, instance);
  countPlacement(state, instance);
}

/** Adds an instance that waits for a launch. */
export function schedule(turn: Turn, app: RunSpec): Instance {
  const instance: Instance = {
    id: `${safeId(app.id)}.instance-${newUuid(turn)}`,
    appId: app.id,
    version: app.version,
    configVersion: app.versionInfo.lastConfigChangeAt,
    role: app.role,
    goal: 'Running',
    condition: 'Scheduled',
    since: turn.now,
    incarnation: 0,
  };
  recordChange(turn, instance);
  publishChange(turn, instance);
  return instance;
}

/** Records a change of an instance: updates the indexes, stores it, and has its app settled. */
export function recordChange(turn: Turn, instance: Instance): void {
  indexInstance(turn.state, instance);
  saveInstance(turn, instance);
  turn.touched.add(instance.appId);
}

/** Gives an instance a condition. Without an effect when it has that one. */
export function setCondition(turn: Turn, instance: Instance, condition: Condition): void {
  if (instance.condition === condition) return;
  instance.condition = condition;
  instance.since = turn.now;
  instance.unreachableSince = condition === 'Unreachable' ? turn.now : undefined;
  recordChange(turn, instance);
  publishChange(turn, instance);
}

/** Removes an instance with everything that is known of it. */
export function expunge(turn: Turn, instance: Instance): void {
  const { state } = turn;
  state.instances.delete(instance.id);
  removeFrom(state.byApp, instance.appId, instance.id);
  removeFrom(state.waiting, instance.appId, instance.id);
  removeFrom(state.reserved, instance.appId, instance.id);
  forgetTasks(state, instance);
  state.health.delete(instance.id);
  state.readiness.delete(instance.id);
  untally(state, instance);
  forgetPlacement(state, instance);
  dropStoredInstance(turn, instance.id);
  turn.touched.add(instance.appId);
}

/** Removes the tasks of an instance from the indexes, with their kills: they are no longer its current ones. */
export function forgetTasks(state: MarathonState, instance: Instance): void {
  for (const owner of killOwners(instance)) state.kills.delete(owner);
  for (const { id } of tasksOf(instance)) {
    state.byTask.delete(id);
    state.tasksForgotten++;
    state.unconfirmed.delete(id);
  }
}

export function publishChange(turn: Turn, instance: Instance): void {
  publish(turn, 'instance_changed_event', {
    instanceId: instance.id,
    condition: instance.condition,
    runSpecId: instance.appId,
    agentId: instance.agent?.agentId ?? null,
    host: instance.agent?.host ?? null,
    runSpecVersion: instance.version,
  });
}

function addTo(index: Map<string, Set<string>>, key: string, value: string): void {
  const ids = index.get(key);
  if (ids) ids.add(value);
  else index.set(key, new Set([value]));
}

function removeFrom(index: Map<string, Set<string>>, key: string, value: string): void {
  const ids = index.get(key);
  ids?.delete(value);
  if (ids?.size === 0) index.delete(key);
}
