/**
 * The root after a change, and the rules about the tree as a whole. Nothing is changed here.
 */

import type { App, Group } from '../../api/app';
import type { Pod } from '../../api/pod';
import { volumeConflict } from '../apps/external-volumes';
import { residentUpdateFindings } from '../apps/resident-update';
import { assignServicePorts, servicePortsOf, usedServicePorts } from '../apps/service-ports';
import { differenceOf, podDifferenceOf, stamped, stampedPod } from '../apps/versions';
import { cycleIn } from '../deployments/dependencies';
import type { Refusal } from '../state/effects';
import type { RootChange } from '../state/events';
import { ancestorsOf, isBelow } from '../state/paths';
import { type PodSpec, specsOf } from '../state/run-spec';
import type { MarathonState } from '../state/state';
import { isTopLevel } from './roles';

export interface Target {
  readonly apps: Map<string, App>;
  readonly pods: Map<string, PodSpec>;
  readonly groups: Map<string, Group>;
  readonly version: string;
  /** The one app or pod that may differ, where there is one. */
  readonly only?: string | undefined;
  /** The service ports of all apps. */
  readonly usedPorts: ReadonlySet<number>;
}

/** The group, app or pod of a change that is not there. */
export function missingTarget(
  { groups, apps, pods }: MarathonState,
  { removeGroups = [], remove = [], removePods = [], restart = [] }: RootChange,
): Refusal | undefined {
  const group = removeGroups.find((id) => !groups.has(id));
  if (group !== undefined) return { code: 'missing', message: `Group '${group}' does not exist` };
  const app = [...remove, ...restart].find((id) => !apps.has(id));
  if (app !== undefined) return { code: 'missing', message: `App '${app}' does not exist` };
  const pod = removePods.find((id) => !pods.has(id));
  return pod === undefined ? undefined : { code: 'missing', message: `Pod '${pod}' does not exist` };
}

export function targetOf(
  state: MarathonState,
  change: RootChange,
  version: string,
): Target | { refusal: Refusal } {
  const apps = new Map(state.apps);
  const pods = new Map(state.pods);
  const groups = new Map(state.groups);
  for (const id of change.remove ?? []) apps.delete(id);
  for (const id of change.removePods ?? []) pods.delete(id);
  for (const id of change.removeGroups ?? []) removeGroup({ apps, pods, groups }, id);
  for (const group of change.putGroups ?? []) groups.set(group.id, group);
  const used = new Set(usedServicePorts(state.apps));
  for (const app of change.put ?? []) for (const port of servicePortsOf(app)) used.add(port);
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
  putPods(pods, state, change.putPods ?? [], version);
  addParents(groups, change, state.settings.newGroupEnforceRole);
  dropReplacedGroups({ apps, pods, groups }, change);
  return { apps, pods, groups, version, only: onlyOf(change), usedPorts: used };
}

/** The app or pod of a change that is about no other and no group. */
function onlyOf(change: RootChange): string | undefined {
  const { put = [], restart = [], remove = [], putPods: pods = [], removePods = [] } = change;
  if ((change.putGroups ?? []).length + (change.removeGroups ?? []).length > 0) return undefined;
  const ids = [...[...put, ...pods].map(({ id }) => id), ...restart, ...remove, ...removePods];
  return ids.length === 1 ? ids[0] : undefined;
}

function putPods(
  pods: Map<string, PodSpec>,
  state: MarathonState,
  changed: readonly Pod[],
  version: string,
): void {
  for (const pod of changed) {
    const old = state.pods.get(pod.id);
    const difference = old ? podDifferenceOf(old, pod) : 'config';
    pods.set(pod.id, old && difference === 'none' ? old : stampedPod(pod, version, old, difference));
  }
}

/** The groups above whatever a change puts are made with it. */
function addParents(
  groups: Map<string, Group>,
  { put = [], putPods: pods = [], putGroups = [] }: RootChange,
  enforceRole: boolean,
): void {
  for (const { id } of [...put, ...pods, ...putGroups]) {
    for (const path of ancestorsOf(id)) {
      if (groups.has(path)) continue;
      groups.set(path, { id: path, dependencies: [], ...(isTopLevel(path) && { enforceRole }) });
    }
  }
}

type Members = Pick<Target, 'apps' | 'pods' | 'groups'>;

/** An app or a pod that is put replaces a group of its id without any of them in it (`RootGroup.updateApp`, `updatePod`). */
function dropReplacedGroups(members: Members, { put = [], putPods: pods = [], putGroups }: RootChange): void {
  const wanted = new Set(putGroups?.map(({ id }) => id));
  for (const { id } of [...put, ...pods]) {
    if (!members.groups.has(id) || wanted.has(id)) continue;
    if (![...specsOf(members).keys()].some((path) => isBelow(path, id))) removeGroup(members, id);
  }
}

function removeGroup({ apps, pods, groups }: Members, id: string): void {
  for (const app of [...apps.keys()]) if (isBelow(app, id)) apps.delete(app);
  for (const pod of [...pods.keys()]) if (isBelow(pod, id)) pods.delete(pod);
  for (const group of [...groups.keys()]) {
    if (group !== '/' && (group === id || isBelow(group, id))) groups.delete(group);
  }
  if (id === '/') groups.set('/', { id: '/', dependencies: [] });
}

function invalid(path: string, error: string, message?: string): Refusal {
  return { code: 'invalid', details: [{ path, errors: [error], ...(message && { messages: [message] }) }] };
}

/** Rules about changes of apps with persistent volumes. */
export function checkResidents(
  { apps: before }: Pick<MarathonState, 'apps'>,
  { apps }: Pick<Target, 'apps'>,
  force: boolean,
): Refusal | undefined {
  const errors = new Map<string, string[]>();
  for (const [id, app] of apps) {
    const old = before.get(id);
    if (!old || old === app) continue;
    for (const { path, error } of residentUpdateFindings(old, app, force))
      errors.set(path, [...(errors.get(path) ?? []), error]);
  }
  const details = [...errors].map(([path, texts]) => ({ path, errors: texts }));
  return details.length > 0 ? { code: 'invalid', details } : undefined;
}

/** Rules about the tree as a whole. */
export function checkRoot(state: MarathonState, target: Target): Refusal | undefined {
  const { apps, pods, groups } = target;
  for (const id of apps.keys()) {
    if (pods.has(id)) return invalid('/', 'Applications and Pods may not share the same id');
    if (groups.has(id)) return invalid('/', 'Groups and Applications may not have the same identifier.');
  }
  for (const id of pods.keys()) {
    if (groups.has(id)) return invalid('/', 'Groups and Pods may not have the same identifier.');
  }
  const cycle = cycleIn(specsOf(target), groups);
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
