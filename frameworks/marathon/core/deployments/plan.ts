/**
 * The steps of a deployment, as data: from the apps before a change to those after it.
 *
 * Order: removed apps stop; new apps start, with no instances yet; then one step per dependency layer, lowest first,
 * scales or restarts the apps that changed. Steps without actions are left out.
 */

import type { Group } from '../../api/app';
import { isPod, type RunSpec, type SpecTables, specOf } from '../state/run-spec';
import type { Action, ActionName, Step } from '../state/state';
import { layersOf } from './dependencies';

/** The steps from some tables to others; `changed` are the ids of all that differs. */
export function planDeployment(
  before: SpecTables,
  after: SpecTables,
  groups: ReadonlyMap<string, Group>,
  changed: readonly string[],
): Step[] {
  const stop: Action[] = [];
  const start: Action[] = [];
  const layers = new Map<number, Action[]>();
  const depths = layersOf(after, groups, changed);
  for (const id of changed) {
    const old = specOf(before, id);
    const spec = specOf(after, id);
    if (old && !spec) stop.push(actionOn(old, 'Stop'));
    if (!old && spec) start.push(actionOn(spec, 'Start'));
    const verb = spec && verbFor(old, spec);
    if (!verb) continue;
    const depth = depths.get(id) ?? 0;
    const actions = layers.get(depth) ?? [];
    actions.push(actionOn(spec, verb));
    layers.set(depth, actions);
  }
  const rest = [...layers].sort(([a], [b]) => a - b).map(([, actions]) => actions);
  return [stop, start, ...rest].filter((actions) => actions.length > 0).map((actions) => ({ actions }));
}

type Verb = 'Start' | 'Stop' | 'Scale' | 'Restart';

function verbFor(old: RunSpec | undefined, spec: RunSpec): Verb | undefined {
  if (!old) return 'Scale';
  if (old.version === spec.version) return undefined;
  if (spec.instances === 0) return 'Scale';
  const same = old.versionInfo.lastConfigChangeAt === spec.versionInfo.lastConfigChangeAt;
  return same ? 'Scale' : 'Restart';
}

function actionOn(spec: RunSpec, verb: Verb): Action {
  const action: ActionName = isPod(spec) ? `${verb}Pod` : `${verb}Application`;
  return { action, app: spec.id };
}

/** A step as API and events show it: an action names its app or its pod. */
export function printStep({ actions }: Step): { readonly actions: readonly object[] } {
  return { actions: actions.map(printAction) };
}

export function printAction(action: Action): object {
  const { action: name, app } = action;
  return isPodAction(action) ? { action: name, pod: app } : action;
}

export function isPodAction({ action }: Action): boolean {
  return action.endsWith('Pod');
}
