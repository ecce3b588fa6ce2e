/**
 * The way back from a deployment: its apps as they were before, and its groups, without a loss for what others have changed
 * since (`DeploymentPlanReverter`).
 */

import type { Group } from '../../api/app';
import type { RootChange } from '../state/events';
import { isBelow } from '../state/paths';
import { isPod, specsOf } from '../state/run-spec';
import type { Deployment, MarathonState } from '../state/state';

/** The change that takes a deployment back. Instances of the old configurations stay. */
export function revertChange(state: MarathonState, deployment: Deployment): RootChange {
  const originals = Object.values(deployment.originals).flatMap((spec) => spec ?? []);
  const added = Object.entries(deployment.originals).flatMap(([id, spec]) => (spec ? [] : [id]));
  // An app that became a pod is put in its place again, and a pod in that of an app.
  const pods = originals.filter(isPod).map(({ id }) => id);
  const apps = originals.filter((spec) => !isPod(spec)).map(({ id }) => id);
  const remove = [...added, ...pods].filter((id) => state.apps.has(id));
  const removePods = [...added, ...apps].filter((id) => state.pods.has(id));
  const ids = new Set(specsOf(state).keys());
  for (const id of added) ids.delete(id);
  for (const { id } of originals) ids.add(id);
  const keep = Object.fromEntries(
    originals.map(({ id, versionInfo }) => [id, versionInfo.lastConfigChangeAt]),
  );
  return {
    put: originals.flatMap((spec) => (isPod(spec) ? [] : [spec])),
    remove,
    putPods: originals.flatMap((spec) => (isPod(spec) ? [spec.pod] : [])),
    removePods,
    keep,
    ...revertGroups(state, deployment, ids),
  };
}

/** Inner groups come first, so that those around them may be empty by then. */
function revertGroups(
  { groups }: MarathonState,
  deployment: Deployment,
  apps: ReadonlySet<string>,
): { putGroups: Group[]; removeGroups: string[] } {
  const result = new Map(groups);
  const changes = Object.entries(deployment.groups ?? {}).sort(([a], [b]) => (a < b ? 1 : -1));
  for (const [id, { before, after }] of changes) {
    if (before) revertGroup(result, before, after);
    else if (after) revertAddition(result, after, apps);
    else result.delete(id);
  }
  return {
    putGroups: [...result.values()].filter((group) => groups.get(group.id) !== group),
    removeGroups: [...groups.keys()].filter((id) => !result.has(id)),
  };
}

/** A group that was removed or changed gets the dependencies back that it lost, and loses those that it got. */
function revertGroup(result: Map<string, Group>, before: Group, after: Group | null): void {
  const current = result.get(before.id);
  const dependencies = new Set([...(current?.dependencies ?? []), ...before.dependencies]);
  for (const id of after?.dependencies ?? []) if (!before.dependencies.includes(id)) dependencies.delete(id);
  result.set(before.id, { ...before, ...current, dependencies: [...dependencies] });
}

/** A group that was added goes again, unless others have put something into it or changed it. */
function revertAddition(result: Map<string, Group>, after: Group, apps: ReadonlySet<string>): void {
  const current = result.get(after.id);
  if (!current) return;
  const isEmpty = ![...apps, ...result.keys()].some((path) => path !== '/' && isBelow(path, after.id));
  const isUnchanged = [...current.dependencies].sort().join() === [...after.dependencies].sort().join();
  if (isEmpty && isUnchanged) result.delete(after.id);
  else if (after.dependencies.length > 0) {
    const dependencies = current.dependencies.filter((id) => !after.dependencies.includes(id));
    result.set(after.id, { ...current, dependencies });
  }
}
