/**
 * The rights of senders in the tree: which apps, pods and groups they see, and the rights that a change of the root needs.
 *
 * Always true: a change is allowed when each of its parts is, so that no group can be changed by way of another.
 */

import { type Action, RequestRefusal, type Resource, type Rights } from '../../../kit/edge/access/authorizer';
import type { Outcome } from '../../../kit/edge/rest/outcome';
import type { App, Group } from '../../api/app';
import { resolvePath } from '../../api/app-normalization';
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

/** Demands the right to update the app or pod of this id; `missing` as in `Rights`. */
export function demandUpdate(rights: Rights, specs: SpecTables, id: string, missing?: Outcome): void {
  rights.demand('update', resourceOf(specs, id), missing);
}

/** An app in a request, before it is merged with the stored one. */
interface NamedApp {
  readonly id?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** Demands the rights to put these apps before anything stored is merged into them, which errors could show. */
export function demandNamed({ read }: RestContext, rights: Rights, apps: readonly NamedApp[]): void {
  if (!rights.isLimited) return;
  read((state) => {
    for (const { id, labels = {} } of apps) {
      if (id === undefined) continue;
      const path = resolvePath(id, '/');
      if (specOf(state, path)) demandUpdate(rights, state, path);
      else rights.demand('create', { kind: 'app', path, labels });
    }
  });
}

/** True for an app or pod of which the sender may not learn that it is there. */
export function isHidden(rights: Rights, action: Action, specs: SpecTables, id: string): boolean {
  const resource = resourceOf(specs, id);
  return !rights.may(action, resource) && !rights.may('view', resource);
}

/** True for a group in which the sender sees nothing. The root is always there. */
function isHiddenGroup(rights: Rights, state: MarathonState, id: string): boolean {
  return id !== '/' && !visibleRoot(state, rights).groups.has(id);
}

/** Demands a right on a group that is there; `missing` is the answer where the sender sees nothing in it. */
export function demandOnGroup(
  { read }: RestContext,
  rights: Rights,
  { action, id, missing }: { readonly action: Action; readonly id: string; readonly missing: Outcome },
): void {
  if (rights.may(action, groupResource(id))) return;
  throw new RequestRefusal(read((state) => isHiddenGroup(rights, state, id)) ? missing : rights.refusal());
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

/** True for a sender who may end a deployment where it is: they may update all of its apps and pods. */
function mayEnd(rights: Rights, state: MarathonState, { affected }: Deployment): boolean {
  return affected.every((id) => rights.may('update', resourceOf(state, id)));
}

/**
 * Demands the right to cancel a deployment, which may take its groups back, too; `missing` is the answer where the sender sees
 * nothing of it.
 */
export function demandCancel(rights: Rights, state: MarathonState, id: string, missing: Outcome): void {
  const deployment = state.deployments.get(id);
  if (!deployment) return;
  const groups = Object.keys(deployment.groups ?? {});
  const mayRevert = groups.every((group) => rights.may('update', groupResource(group)));
  if (mayRevert && mayEnd(rights, state, deployment)) return;
  throw new RequestRefusal(visibleDeployment(rights, state, deployment) ? rights.refusal() : missing);
}

/** The deployments that a change of the sender may cancel by force; undefined for all. */
export function cancellable({ read }: RestContext, rights: Rights): readonly string[] | undefined {
  if (!rights.isLimited) return undefined;
  return read((state) =>
    [...state.deployments.values()]
      .filter((deployment) => mayEnd(rights, state, deployment))
      .map(({ id }) => id),
  );
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
