/**
 * The cache of services, and the key of the facts that the services of an app depend on beside the app.
 *
 * Always true: an unchanged app with the same key gives the same services, of the same versions.
 */

import type { App } from '../apps/apps';
import type { Issue } from '../issues/issues';
import { appOfRefusal } from '../issues/refusals';
import { createVersioned, type Versioned } from '../versions/versioned';
import type { BuildContext } from './options';
import type { Service } from './service';

/** The services of one app alone, before conflicts with other apps are resolved. */
export interface AppServices {
  readonly services: readonly Service[];
  readonly issues: readonly Issue[];
}

export interface ServiceCache {
  readonly dependencies: Versioned<AppDependencies>;
  /** By app. */
  readonly services: Versioned<AppServices>;
  /** Services with another name or without a listener because of a conflict, by app and index. */
  readonly placed: Versioned<Service>;
  /** Makes the version of what is made anew. */
  readonly nextVersion: () => number;
}

export function createServiceCache(nextVersion: () => number = createCounter()): ServiceCache {
  return {
    dependencies: createVersioned(),
    services: createVersioned(),
    placed: createVersioned(),
    nextVersion,
  };
}

/** Counts from 1 on. */
export function createCounter(): () => number {
  let count = 0;
  return () => ++count;
}

interface AppDependencies {
  readonly hosts: readonly string[];
  readonly withoutResult: readonly string[];
}

/** Hosts whose addresses an app depends on, and tasks without a health result, for which the last known one counts. */
function dependenciesOf(app: App, cache: ServiceCache): AppDependencies {
  return cache.dependencies.of(app.id, app.version, () => ({
    hosts: [...new Set(app.tasks.flatMap(({ ip, host }) => (ip === undefined ? [host] : [])))],
    withoutResult:
      app.healthChecks.length === 0
        ? []
        : app.tasks.flatMap((task) => (task.alive === undefined ? [task.id] : [])),
  }));
}

/** A key of all facts that the services of an app depend on, beside the app and the options. */
export function contextKey(
  app: App,
  { addresses, aliveByTask, refused, drained, weights, refusedTemplates }: BuildContext,
  cache: ServiceCache,
): string {
  const { hosts, withoutResult } = dependenciesOf(app, cache);
  let key = `${refused.get(app.id) ?? ''} ${refusedTemplates?.get(app.id) ?? ''}`;
  for (const map of refusedTemplates ? [refused, refusedTemplates] : [refused])
    for (const [what, why] of map)
      if (what !== app.id && appOfRefusal(what) === app.id) key += ` ${what} ${why}`;
  for (const host of hosts) key += ` ${addresses.get(host) ?? ''}`;
  for (const task of withoutResult) key += ` ${aliveByTask.get(task) ?? ''}`;
  if (drained && drained.size > 0) for (const { id } of app.tasks) if (drained.has(id)) key += ` out ${id}`;
  if (weights && weights.size > 0) {
    const owners = new Set([app.id, ...app.tasks.map((task) => task.app ?? app.id)]);
    for (const owner of owners) if (weights.has(owner)) key += ` weight ${owner} ${weights.get(owner)}`;
  }
  return key;
}
