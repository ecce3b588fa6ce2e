/**
 * The root after a change, and the rules about the tree as a whole. Nothing is changed here.
 */

import type { App, Group } from '../../api/app';
import { volumeConflict } from '../apps/external-volumes';
import { assignServicePorts, servicePortsOf } from '../apps/service-ports';
import { differenceOf, stamped } from '../apps/versions';
import { cycleIn } from '../deployments/dependencies';
import type { Refusal } from '../state/effects';
import type { RootChange } from '../state/events';
import { ancestorsOf, isBelow } from '../state/paths';
import type { MarathonState } from '../state/state';
import { isTopLevel } from './roles';

export interface Target {
  readonly apps: Map<string, App>;
  readonly groups: Map<string, Group>;
  readonly version: string;
}

/** The group or app of a change that is not there. */
export function missingTarget(
  { groups, apps }: MarathonState,
  { removeGroups = [], remove = [], restart = [] }: RootChange,
): Refusal | undefined {
  const group = removeGroups.find((id) => !groups.has(id));
  if (group !== undefined) return { code: 'missing', message: `Group '${group}' does not exist` };
  const app = [...remove, ...restart].find((id) => !apps.has(id));
  return app === undefined ? undefined : { code: 'missing', message: `App '${app}' does not exist` };
}

export function targetOf(
  state: MarathonState,
  change: RootChange,
  version: string,
): Target | { refusal: Refusal } {
  const apps = new Map(state.apps);
  const groups = new Map(state.groups);
  for (const id of change.remove ?? []) apps.delete(id);
  for (const id of change.removeGroups ?? []) removeGroup(apps, groups, id);
  for (const group of change.putGroups ?? []) groups.set(group.id, group);
  const used = new Set([...state.apps.values(), ...(change.put ?? [])].flatMap(servicePortsOf));
  const range = { min: state.settings.localPortMin, max: state.settings.localPortMax };
  for (const wanted of change.put ?? []) {
    const old = state.apps.get(wanted.id);
    const app = assignServicePorts(wanted, { old, used, range });
    if ('error' in app) return { refusal: invalid('/', app.error) };
    for (const port of servicePortsOf(app)) used.add(port);
    const difference = old ? differenceOf(old, app) : 'config';
    apps.set(app.id, old && difference === 'none' ? old : stamped(app, version, old, difference));
  }
  const conflict = volumeConflict(change.put ?? [], apps);
  if (conflict !== undefined) return { refusal: invalid('/container/volumes', conflict) };
  for (const id of change.restart ?? []) {
    const app = apps.get(id);
    if (app) apps.set(id, stamped(app, version, app, 'config'));
  }
  addParents(groups, change, state.settings.newGroupEnforceRole);
  dropReplacedGroups({ apps, groups }, change);
  return { apps, groups, version };
}

/** The groups above whatever a change puts are made with it. */
function addParents(
  groups: Map<string, Group>,
  { put = [], putGroups = [] }: RootChange,
  enforceRole: boolean,
): void {
  for (const { id } of [...put, ...putGroups]) {
    for (const path of ancestorsOf(id)) {
      if (groups.has(path)) continue;
      groups.set(path, { id: path, dependencies: [], ...(isTopLevel(path) && { enforceRole }) });
    }
  }
}

/** An app that is put replaces a group of its id without apps in it (`RootGroup.updateApp`). */
function dropReplacedGroups({ apps, groups }: Pick<Target, 'apps' | 'groups'>, change: RootChange): void {
  const wanted = new Set(change.putGroups?.map(({ id }) => id));
  for (const { id } of change.put ?? []) {
    if (!groups.has(id) || wanted.has(id)) continue;
    if (![...apps.keys()].some((path) => isBelow(path, id))) removeGroup(apps, groups, id);
  }
}

function removeGroup(apps: Map<string, App>, groups: Map<string, Group>, id: string): void {
  for (const app of [...apps.keys()]) if (isBelow(app, id)) apps.delete(app);
  for (const group of [...groups.keys()]) {
    if (group !== '/' && (group === id || isBelow(group, id))) groups.delete(group);
  }
  if (id === '/') groups.set('/', { id: '/', dependencies: [] });
}

function invalid(path: string, error: string, message?: string): Refusal {
  return { code: 'invalid', details: [{ path, errors: [error], ...(message && { messages: [message] }) }] };
}

/** Rules about the tree as a whole. */
export function checkRoot(state: MarathonState, { apps, groups }: Target): Refusal | undefined {
  for (const id of apps.keys()) {
    if (groups.has(id)) return invalid('/', 'Groups and Applications may not have the same identifier.');
  }
  const cycle = cycleIn(apps, groups);
  if (cycle !== undefined) return invalid('/', 'Dependency graph has cyclic dependencies.', `${cycle}.`);
  const { maxApps } = state.settings;
  if (maxApps !== undefined && apps.size > maxApps) {
    return invalid(
      '/',
      `This Marathon instance may only handle up to ${maxApps} Apps! (Override with command line option --max_apps)`,
    );
  }
  return undefined;
}
