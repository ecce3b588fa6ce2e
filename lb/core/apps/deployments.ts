/**
 * Merges deployment groups: apps with the same HAPROXY_DEPLOYMENT_GROUP are one service while one replaces the other.
 *
 * The merged app has the labels and ports of the older app. Its tasks drain as far as both apps together exceed
 * HAPROXY_DEPLOYMENT_TARGET_INSTANCES, but never more of them than the newer app has healthy tasks.
 */

import type { Issue } from '../issues/issues';
import { readAppLabels } from '../labels/labels';
import { createVersioned, NO_VERSION, type Versioned } from '../versions/versioned';
import type { App, Task } from './apps';

/** Merged apps by group. */
export type MergeCache = Versioned<App>;

/** Merges the groups and leaves other apps as they are, sorted by id. `members` are the ids of the apps of each group. */
export function mergeDeployments(
  apps: readonly App[],
  cache: MergeCache = createVersioned(),
): { apps: App[]; issues: Issue[]; members: ReadonlyMap<string, readonly string[]> } {
  const issues: Issue[] = [];
  const single: App[] = [];
  const groups = new Map<string, App[]>();
  for (const app of apps) {
    if (app.labels['HAPROXY_DEPLOYMENT_GROUP'] === undefined) {
      single.push(app);
      continue;
    }
    const read = readAppLabels(app.id, app.labels);
    issues.push(...read.issues);
    const group = read.labels.DEPLOYMENT_GROUP;
    if (group === undefined) {
      single.push(app);
      continue;
    }
    const id = group.startsWith('/') ? group : `/${group}`;
    groups.set(id, [...(groups.get(id) ?? []), app]);
  }
  cache.trim(groups.size, () => groups.keys());
  const members = new Map([...groups].map(([id, parts]) => [id, parts.map((app) => app.id)]));
  if (groups.size === 0) return { apps: [...apps], issues, members };
  const singleIds = new Set(single.map(({ id }) => id));
  for (const [id, parts] of groups) {
    if (singleIds.has(id))
      issues.push({ app: id, text: 'an app of this id exists beside the deployment group' });
    else single.push(mergedApp(id, parts, cache));
  }
  return { apps: single.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)), issues, members };
}

function mergedApp(id: string, parts: readonly App[], cache: MergeCache): App {
  const versions = parts.map((part) => part.version);
  const version = versions.includes(NO_VERSION) ? NO_VERSION : versions.join('+');
  return cache.of(id, version, () => {
    const renamed = parts.map(
      (app): App => ({ ...app, id, version, tasks: app.tasks.map((task) => withOwnLabels(task, app)) }),
    );
    return renamed.reduce(merge);
  });
}

function withOwnLabels(task: Task, app: App): Task {
  return { ...task, app: app.id, labels: app.labels };
}

function merge(first: App, second: App): App {
  const [older, newer] = startedAt(first) < startedAt(second) ? [first, second] : [second, first];
  const labels = readAppLabels(newer.id, newer.labels).labels;
  const hybrid = (labels.DEPLOYMENT_NEW_INSTANCES ?? 0) > 0;
  const swapped = hybrid && scaledAt(older) > scaledAt(newer);
  const [old, fresh] = swapped ? [newer, older] : [older, newer];
  const target = readAppLabels(fresh.id, fresh.labels).labels.DEPLOYMENT_TARGET_INSTANCES ?? 1;
  const healthy =
    fresh.healthChecks.length > 0
      ? [...fresh.tasks, ...fresh.notServing].filter(({ alive }) => alive === true).length
      : fresh.instances;
  const candidates = [...old.tasks, ...old.notServing].map(({ id: task }) => task).sort();
  const count = Math.min(candidates.length, healthy, Math.max(0, healthy + old.instances - target));
  const out = new Set(candidates.slice(0, count));
  const tasks = old.tasks.map((task) => (out.has(task.id) ? { ...task, draining: true } : task));
  return { ...old, tasks: [...tasks, ...fresh.tasks], notServing: [...old.notServing, ...fresh.notServing] };
}

function startedAt({ labels }: App): number {
  const time = Date.parse(labels['HAPROXY_DEPLOYMENT_STARTED_AT'] ?? '');
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}

function scaledAt({ lastScalingAt }: App): number {
  const time = Date.parse(lastScalingAt ?? '');
  return Number.isNaN(time) ? 0 : time;
}
