/**
 * The root after a change, and the rules about the tree as a whole. Nothing is changed here.
 */

import type { App, Group } from '../../api/app';
import type { Pod } from '../../api/pod';
import { volumeConflict } from '../apps/external-volumes';
import { residentUpdateFindings } from '../apps/resident-update';
import { assignServicePorts, servicePortsOf, type UsedPorts, usedServicePorts } from '../apps/service-ports';
import { differenceOf, podDifferenceOf, stamped, stampedPod } from '../apps/versions';
import { cycleIn } from '../deployments/dependencies';
import type { Refusal } from '../state/effects';
import type { RootChange } from '../state/events';
import { type OverlayMap, overlayOf } from '../state/overlay-map';
import { ancestorsOf, isBelow } from '../state/paths';
import type { PodSpec, RunSpec } from '../state/run-spec';
import type { MarathonState } from '../state/state';
import { isTopLevel } from './roles';

export interface Target {
  readonly apps: OverlayMap<string, App>;
  readonly pods: OverlayMap<string, PodSpec>;
  readonly groups: OverlayMap<string, Group>;
  readonly version: string;
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
  const apps = overlayOf(state.apps);
  const pods = overlayOf(state.pods);
  const groups = overlayOf(state.groups);
  for (const id of change.remove ?? []) apps.delete(id);
  for (const id of change.removePods ?? []) pods.delete(id);
  for (const id of change.removeGroups ?? []) removeGroup({ apps, pods, groups }, id);
  for (const group of change.putGroups ?? []) groups.set(group.id, group);
  const { used, take } = portsFor(state, change);
  const range = { min: state.settings.localPortMin, max: state.settings.localPortMax };
  for (const wanted of change.put ?? []) {
    const old = state.apps.get(wanted.id);
    const app = assignServicePorts(wanted, { old, used, range });
    if ('error' in app) return { refusal: invalid('/', app.error) };
    take(app);
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
  return { apps, pods, groups, version };
}

/** The service ports of all apps before a change and of those that it puts. */
function portsFor(
  { apps }: MarathonState,
  { put = [] }: RootChange,
): { used: UsedPorts; take(app: App): void } {
  const before = usedServicePorts.of(apps);
  const added = new Set(put.flatMap(servicePortsOf));
  return {
    used: { has: (port) => before.has(port) || added.has(port) },
    take: (app) => {
      for (const port of servicePortsOf(app)) added.add(port);
    },
  };
}

function putPods(pods: Target['pods'], state: MarathonState, changed: readonly Pod[], version: string): void {
  for (const pod of changed) {
    const old = state.pods.get(pod.id);
    const difference = old ? podDifferenceOf(old, pod) : 'config';
    pods.set(pod.id, old && difference === 'none' ? old : stampedPod(pod, version, old, difference));
  }
}

/** The groups above whatever a change puts are made with it. */
function addParents(
  groups: Target['groups'],
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
    const isOf = (path: string): boolean => isBelow(path, id);
    if (![...members.apps.keys(), ...members.pods.keys()].some(isOf)) removeGroup(members, id);
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

/** Rules about changes of apps and pods with persistent volumes. */
export function checkResidents(
  before: Pick<MarathonState, 'apps' | 'pods'>,
  { apps, pods }: Pick<Target, 'apps' | 'pods'>,
  force: boolean,
): Refusal | undefined {
  const errors = new Map<string, string[]>();
  const changed: (readonly [old: RunSpec | undefined, spec: RunSpec | undefined])[] = [
    ...apps.changedKeys().map((id) => [before.apps.get(id), apps.get(id)] as const),
    ...pods.changedKeys().map((id) => [before.pods.get(id), pods.get(id)] as const),
  ];
  for (const [old, spec] of changed) {
    if (!old || !spec) continue;
    for (const { path, error } of residentUpdateFindings(old, spec, force))
      errors.set(path, [...(errors.get(path) ?? []), error]);
  }
  const details = [...errors].map(([path, texts]) => ({ path, errors: texts }));
  return details.length > 0 ? { code: 'invalid', details } : undefined;
}

/** Rules about the tree as a whole. What is as before keeps to them already: only what differs can break one. */
export function checkRoot(state: MarathonState, target: Target): Refusal | undefined {
  const { apps, pods, groups } = target;
  const changed = {
    specs: [...apps.changedKeys(), ...pods.changedKeys()],
    groups: groups.changedKeys(),
  };
  for (const id of [...changed.specs, ...changed.groups]) {
    const error = idConflict(target, id);
    if (error !== undefined) return invalid('/', error);
  }
  const cycle = cycleIn(target, groups, changed);
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

/** The error when an id is that of several of an app, a pod and a group. */
function idConflict({ apps, pods, groups }: Target, id: string): string | undefined {
  if (apps.has(id) && pods.has(id)) return 'Applications and Pods may not share the same id';
  if (!groups.has(id)) return undefined;
  if (apps.has(id)) return 'Groups and Applications may not have the same identifier.';
  return pods.has(id) ? 'Groups and Pods may not have the same identifier.' : undefined;
}
