/**
 * The steps of a deployment, as data: from the apps before a change to those after it.
 *
 * Order: removed apps stop; new apps start, with no instances yet; then one step per dependency layer, lowest first,
 * scales or restarts the apps that changed. Steps without actions are left out.
 */

import type { App, Group } from '../../api/app';
import type { Action, Step } from '../state/state';
import { layersOf } from './dependencies';

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
    const actions = layers.get(depth) ?? [];
    actions.push({ action, app: id });
    layers.set(depth, actions);
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
