/**
 * The rights of senders in the tree: which apps, pods and groups they see, and the rights that a change of the root needs.
 *
 * Always true: a change is allowed when each of its parts is, so that no group can be changed by way of another.
 */

import type { Resource, Rights } from '../../../kit/edge/access/authorizer';
import type { App, Group } from '../../api/app';
import type { Pod } from '../../api/pod';
import { differenceOf, sortedText } from '../../core/apps/versions';
import type { RootChange } from '../../core/state/events';
import { ancestorsOf, isBelow } from '../../core/state/paths';
import { isPod, type RunSpec, type SpecTables, specOf, specsOf } from '../../core/state/run-spec';
import type { Deployment, MarathonState } from '../../core/state/state';
import type { ShownRoot } from '../../views/groups';
import type { RestContext } from './context';

/** An app or a pod. */
export function specResource(spec: RunSpec): Resource {
  return { kind: isPod(spec) ? 'pod' : 'app', path: spec.id, labels: spec.labels };
}

/** An app or a pod that a change puts. */
function wantedResource(spec: App | Pod): Resource {
  return { kind: 'containers' in spec ? 'pod' : 'app', path: spec.id, labels: spec.labels };
}

/** The app or pod of an id; an app without labels for one that is gone. */
function resourceOf(specs: SpecTables, id: string): Resource {
  const spec = specOf(specs, id);
  return spec ? specResource(spec) : { kind: 'app', path: id, labels: {} };
}

export const groupResource = (path: string): Resource => ({ kind: 'group', path });

/** True for an app or a pod that the sender sees. */
export function seesSpec(rights: Rights, spec: RunSpec): boolean {
  return rights.may('view', specResource(spec));
}

/** True when the sender sees the app or pod of this id, also of one that is gone. */
export function seesId(rights: Rights, specs: SpecTables, id: string): boolean {
  return rights.may('view', resourceOf(specs, id));
}

/** True when the sender sees the pod of this id, also one that is gone. */
export function seesPodId(rights: Rights, { pods }: SpecTables, id: string): boolean {
  return rights.may('view', { kind: 'pod', path: id, labels: pods.get(id)?.labels ?? {} });
}

/** True when the sender sees the root, and with it whatever there is. */
export function seesTree(rights: Rights): boolean {
  const kinds = ['group', 'app', 'pod'] as const;
  return kinds.every((kind) => rights.may('view', { kind, path: '/', labels: {} }));
}

/** Demands the right to update the app or pod of this id. */
export function demandUpdate(rights: Rights, specs: SpecTables, id: string): void {
  rights.demand('update', resourceOf(specs, id));
}

/** A deployment with the apps and pods that the sender sees; undefined without any. */
export function visibleDeployment(
  rights: Rights,
  state: MarathonState,
  deployment: Deployment,
): Deployment | undefined {
  if (!rights.isLimited) return deployment;
  const affected = new Set(deployment.affected.filter((id) => seesId(rights, state, id)));
  if (affected.size === 0) return undefined;
  const steps = deployment.steps.map((step) => ({
    ...step,
    actions: step.actions.filter(({ app }) => affected.has(app)),
  }));
  const open = new Set([...deployment.open].filter((id) => affected.has(id)));
  return { ...deployment, affected: [...affected], steps, open };
}

/** Demands the right to update all apps, pods and groups of a deployment, which may be taken back. */
export function demandCancel(rights: Rights, state: MarathonState, id: string): void {
  const { affected = [], groups = {} } = state.deployments.get(id) ?? {};
  for (const app of affected) demandUpdate(rights, state, app);
  for (const group of Object.keys(groups)) rights.demand('update', groupResource(group));
}

/**
 * A root without the apps and pods that the sender does not see, and without groups that have nothing for them
 * (GroupInfoService).
 */
export function visibleRoot<Root extends Pick<ShownRoot, 'apps' | 'pods' | 'groups'>>(
  root: Root,
  rights: Rights,
): Root {
  if (!rights.isLimited) return root;
  const apps = new Map([...root.apps].filter(([, app]) => seesSpec(rights, app)));
  const pods = new Map([...root.pods].filter(([, pod]) => seesSpec(rights, pod)));
  const around = new Set([...apps.keys(), ...pods.keys()].flatMap(ancestorsOf));
  for (const id of root.groups.keys())
    if (rights.may('view', groupResource(id)))
      for (const group of [id, ...ancestorsOf(id)]) around.add(group);
  const groups = new Map([...root.groups].filter(([id]) => around.has(id)));
  return { ...root, apps, pods, groups };
}

/** Demands the rights to put these apps and pods. */
export function demandPut({ read }: RestContext, rights: Rights, specs: readonly (App | Pod)[]): void {
  if (!rights.isLimited) return;
  read((state) => {
    for (const spec of specs) demandSpec(state, rights, spec);
  });
}

/** Demands the rights for all parts of a change. An app in a list that stays as the sender sees it needs none. */
export function demandChange({ read }: RestContext, rights: Rights, change: RootChange): void {
  if (!rights.isLimited) return;
  read((state) => {
    for (const app of change.put ?? []) {
      const stored = state.apps.get(app.id);
      const stays = stored && differenceOf(stored, app) === 'none' && seesSpec(rights, stored);
      if (!stays) demandSpec(state, rights, app);
    }
    for (const pod of change.putPods ?? []) demandSpec(state, rights, pod);
    for (const id of [...(change.remove ?? []), ...(change.removePods ?? [])])
      demandDelete(state, rights, id);
    for (const id of change.restart ?? []) demandUpdate(rights, state, id);
    for (const group of change.putGroups ?? []) demandGroup(state, rights, group);
    for (const id of change.removeGroups ?? []) demandRemoval(state, rights, id);
  });
}

function demandGroup({ groups }: MarathonState, rights: Rights, group: Group): void {
  const stored = groups.get(group.id);
  if (!stored) rights.demand('create', groupResource(group.id));
  else if (sortedText(stored) !== sortedText(group)) rights.demand('update', groupResource(group.id));
}

/** A group goes with all groups, apps and pods in it. */
function demandRemoval(state: MarathonState, rights: Rights, id: string): void {
  for (const group of state.groups.keys())
    if (group === id || isBelow(group, id)) rights.demand('delete', groupResource(group));
  for (const spec of specsOf(state).keys()) if (isBelow(spec, id)) demandDelete(state, rights, spec);
}

/** An app or a pod with other labels is one that the sender may update both before and after. */
function demandSpec(state: MarathonState, rights: Rights, spec: App | Pod): void {
  const wanted = wantedResource(spec);
  const stored = specOf(state, spec.id);
  if (!stored) return rights.demand('create', wanted);
  rights.demand('update', specResource(stored));
  rights.demand('update', wanted);
}

function demandDelete(state: MarathonState, rights: Rights, id: string): void {
  rights.demand('delete', resourceOf(state, id));
}
