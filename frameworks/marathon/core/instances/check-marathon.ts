/**
 * A check of all that Marathon's state promises: indexes of instances, locks of deployments, versions of apps.
 */

import { fieldValue } from '../../../kit/core/constraints/field';
import { specOf, specsOf } from '../state/run-spec';
import type { Instance, MarathonState } from '../state/state';
import { isResting, isWaiting } from './conditions';
import { countedAgent, placementsOf } from './placements';
import { classKey } from './tally';
import { tasksOf } from './tasks';

/** The violations, a text each; none in a state that is right. */
export function checkMarathon(state: MarathonState): string[] {
  return [
    ...indexErrors(state),
    ...tallyErrors(state),
    ...placementErrors(state),
    ...wantedErrors(state),
    ...reservationErrors(state),
    ...taskErrors(state),
    ...lockErrors(state),
    ...versionErrors(state),
  ];
}

/** Each instance is counted in the class of its present state, and the counts are those of all instances. */
function tallyErrors(state: MarathonState): string[] {
  const { instances, tallies, tallied } = state;
  const wrong = [...instances.values()].filter(
    (instance) => tallied.get(instance.id)?.key !== classKey(state, instance),
  );
  const errors = wrong.map(({ id }) => `${id} is counted as ${tallied.get(id)?.key ?? 'nothing'}`);
  let total = 0;
  for (const classes of tallies.values()) for (const { count } of classes.values()) total += count;
  if (total !== instances.size || tallied.size !== instances.size)
    errors.push(`${total} instances are counted, ${tallied.size} have a class, of ${instances.size}`);
  return errors;
}

/** The placements of an app or a pod with constraints are those of its active instances of the present configuration. */
function placementErrors(state: MarathonState): string[] {
  const { byApp, instances, placements } = state;
  const errors = [...placements.keys()].flatMap((id) =>
    specOf(state, id)?.constraints.length ? [] : [`${id} has placements without constraints`],
  );
  for (const app of specsOf(state).values()) {
    if (app.constraints.length === 0) continue;
    const agents = [...(byApp.get(app.id) ?? [])].flatMap((id) => {
      const instance = instances.get(id);
      return (instance && countedAgent(app, instance)) ?? [];
    });
    for (const [field = ''] of app.constraints) {
      const counts = new Map(placementsOf({ placements }, app.id).get(field));
      for (const agent of agents) {
        const value = fieldValue(field, agent);
        if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) - 1);
      }
      if ([...counts.values()].some((count) => count !== 0))
        errors.push(`${app.id} counts its placements by ${field} wrongly`);
    }
  }
  return errors;
}

/** An app or a pod with waiting instances asks for offers, or its launch delay is awaited. */
function wantedErrors(state: MarathonState): string[] {
  const { waiting, revive, delayed, byApp, instances } = state;
  const errors: string[] = [];
  for (const [appId, ids] of byApp) {
    const toBeFreed = [...ids].filter((id) => isToBeFreed(instances.get(id))).length;
    const isAsking = specOf(state, appId) !== undefined && !delayed.positions.has(appId);
    const wishes = (isAsking ? (waiting.get(appId)?.size ?? 0) : 0) + toBeFreed;
    const wanted = revive.wanted.get(appId) ?? 0;
    if (wanted !== wishes) errors.push(`${appId} asks for ${wanted} launches, not for ${wishes}`);
  }
  for (const appId of revive.wanted.keys())
    if (!byApp.has(appId)) errors.push(`${appId} asks for launches, and nothing waits`);
  for (const appId of delayed.positions.keys())
    if (!waiting.has(appId)) errors.push(`${appId} delays launches, and nothing waits`);
  return errors;
}

function isToBeFreed(instance: Instance | undefined): boolean {
  return instance?.goal === 'Decommissioned' && isResting(instance) && instance.condition !== 'Unreachable';
}

/** An instance is stopped only for the sake of its reservation. */
function reservationErrors({ instances }: MarathonState): string[] {
  const stopped = [...instances.values()].filter(
    ({ goal, reservation }) => goal === 'Stopped' && !reservation,
  );
  return stopped.map(({ id }) => `${id} is stopped, and has no reservation`);
}

/** byApp has exactly the instances, waiting those that need a launch, reserved those with a reservation. */
function indexErrors({ instances, byApp, waiting, reserved }: MarathonState): string[] {
  const errors: string[] = [];
  const check = (
    name: string,
    index: ReadonlyMap<string, ReadonlySet<string>>,
    ids: readonly string[],
  ): void => {
    const indexed = [...index.values()].flatMap((set) => [...set]);
    const missing = ids.filter((id) => !index.get(instances.get(id)?.appId ?? '')?.has(id));
    errors.push(...missing.map((id) => `${id} is missing in ${name}`));
    if (indexed.length !== ids.length)
      errors.push(`${name} has ${indexed.length} of ${ids.length} instances`);
    for (const [appId, set] of index)
      if (set.size === 0) errors.push(`${name} has an empty set for ${appId}`);
  };
  const all = [...instances.values()];
  check(
    'byApp',
    byApp,
    all.map(({ id }) => id),
  );
  check(
    'waiting',
    waiting,
    all.filter(isWaiting).map(({ id }) => id),
  );
  check(
    'reserved',
    reserved,
    all.filter(({ reservation }) => reservation).map(({ id }) => id),
  );
  return errors;
}

/** byTask leads to the instance that has the task. */
function taskErrors({ instances, byTask }: MarathonState): string[] {
  const isTaskOf = (taskId: string, instance: Instance | undefined): boolean =>
    instance !== undefined && tasksOf(instance).some((task) => task.id === taskId);
  const wrong = [...byTask].filter(([taskId, id]) => !isTaskOf(taskId, instances.get(id)));
  return wrong.map(([taskId, id]) => `task ${taskId} is not that of ${id}`);
}

/** An app is named by at most one running deployment, which has its lock. */
function lockErrors({ locks, deployments }: MarathonState): string[] {
  const loose = [...locks].filter(([appId, id]) => !deployments.get(id)?.affected.includes(appId));
  const open = [...deployments.values()].flatMap(({ id, affected }) =>
    affected
      .filter((appId) => locks.get(appId) !== id)
      .map((appId) => `deployment ${id} lacks the lock of ${appId}`),
  );
  return [...loose.map(([appId, id]) => `${appId} is locked by ${id}, which does not name it`), ...open];
}

/** The definition of each app and pod is one of its versions. */
function versionErrors({ apps, versions, pods, podVersions }: MarathonState): string[] {
  const wrong = [
    ...[...apps.values()].filter(({ id, version }) => !versions.get(id)?.has(version)),
    ...[...pods.values()].filter(({ id, version }) => !podVersions.get(id)?.has(version)),
  ];
  return wrong.map(({ id, version }) => `${id} has no version ${version}`);
}
