/**
 * The steps of a deployment, as data: from the apps before a change to those after it.
 *
 * Order: removed apps stop; new apps start, with no instances yet; then one step per dependency layer, lowest first,
 * scales or restarts the apps that changed. Steps without actions are left out.
 */

import type { App, Group } from '../../api/app';
import { isBelow } from '../state/paths';
import type { Action, Step } from '../state/state';

type Apps = ReadonlyMap<string, App>;

export function planDeployment(before: Apps, after: Apps, groups: ReadonlyMap<string, Group>): Step[] {
  const stop: Action[] = [];
  const start: Action[] = [];
  for (const id of before.keys()) if (!after.has(id)) stop.push({ action: 'StopApplication', app: id });
  for (const id of after.keys()) if (!before.has(id)) start.push({ action: 'StartApplication', app: id });
  const layers = new Map<number, Action[]>();
  const depths = layersOf(after, groups);
  for (const [id, app] of after) {
    const action = actionFor(before.get(id), app);
    if (!action) continue;
    const depth = depths.get(id) ?? 0;
    layers.set(depth, [...(layers.get(depth) ?? []), { action, app: id }]);
  }
  const rest = [...layers].sort(([a], [b]) => a - b).map(([, actions]) => actions);
  return [stop, start, ...rest].filter((actions) => actions.length > 0).map((actions) => ({ actions }));
}

function actionFor(old: App | undefined, app: App): Action['action'] | undefined {
  if (!old) return 'ScaleApplication';
  if (old.version === app.version) return undefined;
  if (app.instances === 0) return 'ScaleApplication';
  const same = old.versionInfo.lastConfigChangeAt === app.versionInfo.lastConfigChangeAt;
  return same ? 'ScaleApplication' : 'RestartApplication';
}

/** Number of layers of dependencies below each app. */
function layersOf(apps: Apps, groups: ReadonlyMap<string, Group>): Map<string, number> {
  const needs = dependenciesOf(apps, groups);
  const depths = new Map<string, number>();
  const depthOf = (id: string): number => {
    const computed = depths.get(id);
    if (computed !== undefined) return computed;
    depths.set(id, 0);
    const depth = Math.max(0, ...[...(needs.get(id) ?? [])].map((other) => depthOf(other) + 1));
    depths.set(id, depth);
    return depth;
  };
  for (const id of apps.keys()) depthOf(id);
  return depths;
}

/** The dependencies of each app; a dependency on or of a group counts for every app in it. */
export function dependenciesOf(apps: Apps, groups: ReadonlyMap<string, Group>): Map<string, Set<string>> {
  const members = (path: string): string[] =>
    apps.has(path) ? [path] : [...apps.keys()].filter((id) => isBelow(id, path));
  const out = new Map<string, Set<string>>();
  const add = (from: string, dependencies: readonly string[]): void => {
    const dependencyIds = out.get(from) ?? new Set();
    for (const dependency of dependencies) for (const id of members(dependency)) dependencyIds.add(id);
    out.set(from, dependencyIds);
  };
  for (const app of apps.values()) if (app.dependencies.length > 0) add(app.id, app.dependencies);
  for (const group of groups.values()) {
    if (group.dependencies.length === 0) continue;
    for (const id of members(group.id)) add(id, group.dependencies);
  }
  return out;
}

/** True when an app depends on itself, directly or through others. */
export function hasCycle(apps: Apps, groups: ReadonlyMap<string, Group>): boolean {
  const needs = dependenciesOf(apps, groups);
  const done = new Set<string>();
  const open = new Set<string>();
  const visit = (id: string): boolean => {
    if (open.has(id)) return true;
    if (done.has(id)) return false;
    open.add(id);
    for (const other of needs.get(id) ?? []) if (visit(other)) return true;
    open.delete(id);
    done.add(id);
    return false;
  };
  return [...needs.keys()].some(visit);
}
