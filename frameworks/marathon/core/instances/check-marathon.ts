/**
 * A check of all that Marathon's state promises: indexes of instances, locks of deployments, versions of apps.
 */

import type { MarathonState } from '../state/state';
import { isWaiting } from './conditions';

/** The violations, a text each; none in a state that is right. */
export function checkMarathon(state: MarathonState): string[] {
  return [...indexErrors(state), ...taskErrors(state), ...lockErrors(state), ...versionErrors(state)];
}

/** byApp has exactly the instances, and waiting exactly those that need a launch. */
function indexErrors({ instances, byApp, waiting }: MarathonState): string[] {
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
  return errors;
}

/** byTask leads to the instance whose current task it is. */
function taskErrors({ instances, byTask }: MarathonState): string[] {
  const wrong = [...byTask].filter(([taskId, id]) => instances.get(id)?.task?.id !== taskId);
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

/** The definition of each app is one of its versions. */
function versionErrors({ apps, versions }: MarathonState): string[] {
  const wrong = [...apps.values()].filter(({ id, version }) => !versions.get(id)?.has(version));
  return wrong.map(({ id, version }) => `${id} has no version ${version}`);
}
