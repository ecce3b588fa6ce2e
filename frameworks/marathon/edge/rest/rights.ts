/**
 * The rights of senders in the tree of apps: which apps and groups they see, and the rights that a change of the root needs.
 *
 * Always true: a change is allowed when each of its parts is, so that no group can be changed by way of another.
 */

import type { Resource, Rights } from '../../../kit/edge/access/authorizer';
import type { App, Group } from '../../api/app';
import { differenceOf, sortedText } from '../../core/apps/versions';
import type { RootChange } from '../../core/state/events';
import { ancestorsOf, isBelow } from '../../core/state/paths';
import type { Deployment, MarathonState } from '../../core/state/state';
import type { ShownRoot } from '../../views/groups';
import type { RestContext } from './context';

export const appResource = ({ id, labels }: Pick<App, 'id' | 'labels'>): Resource => ({
  kind: 'app',
  path: id,
  labels,
});

export const groupResource = (path: string): Resource => ({ kind: 'group', path });

/** True for an app that the sender sees. */
export function seesApp(rights: Rights, app: App): boolean {
  return rights.may('view', appResource(app));
}

/** True when the sender sees the app of this id, also of one that is gone. */
export function seesId(rights: Rights, { apps }: Pick<MarathonState, 'apps'>, id: string): boolean {
  return rights.may('view', appResource(apps.get(id) ?? { id, labels: {} }));
}

/** Demands the right to update the app of this id. */
export function demandUpdate(rights: Rights, { apps }: Pick<MarathonState, 'apps'>, id: string): void {
  rights.demand('update', appResource(apps.get(id) ?? { id, labels: {} }));
}

/** A deployment with the apps that the sender sees; undefined without any. */
export function visibleDeployment(
  rights: Rights,
  state: MarathonState,
  deployment: Deployment,
): Deployment | undefined {
  if (!rights.isLimited) return deployment;
  const affected = deployment.affected.filter((id) => seesId(rights, state, id));
  if (affected.length === 0) return undefined;
  const steps = deployment.steps.map((step) => ({
    ...step,
    actions: step.actions.filter(({ app }) => affected.includes(app)),
  }));
  return { ...deployment, affected, steps };
}

/** Demands the right to update all apps and groups of a deployment, which may be taken back. */
export function demandCancel(rights: Rights, state: MarathonState, id: string): void {
  const { affected = [], groups = {} } = state.deployments.get(id) ?? {};
  for (const app of affected) demandUpdate(rights, state, app);
  for (const group of Object.keys(groups)) rights.demand('update', groupResource(group));
}

/** A root without the apps that the sender does not see, and without groups that have nothing for them (GroupInfoService). */
export function visibleRoot<Root extends Pick<ShownRoot, 'apps' | 'groups'>>(
  root: Root,
  rights: Rights,
): Root {
  if (!rights.isLimited) return root;
  const apps = new Map([...root.apps].filter(([, app]) => seesApp(rights, app)));
  const around = new Set([...apps.keys()].flatMap(ancestorsOf));
  for (const id of root.groups.keys())
    if (rights.may('view', groupResource(id)))
      for (const group of [id, ...ancestorsOf(id)]) around.add(group);
  const groups = new Map([...root.groups].filter(([id]) => around.has(id)));
  return { ...root, apps, groups };
}

/** Demands the rights to put these apps. */
export function demandPut({ read }: RestContext, rights: Rights, apps: readonly App[]): void {
  if (!rights.isLimited) return;
  read((state) => {
    for (const app of apps) demandApp(state, rights, app);
  });
}

/** Demands the rights for all parts of a change. An app in a list that stays as the sender sees it needs none. */
export function demandChange({ read }: RestContext, rights: Rights, change: RootChange): void {
  if (!rights.isLimited) return;
  read((state) => {
    for (const app of change.put ?? []) {
      const stored = state.apps.get(app.id);
      const stays = stored && differenceOf(stored, app) === 'none' && seesApp(rights, stored);
      if (!stays) demandApp(state, rights, app);
    }
    for (const id of change.remove ?? []) demandDelete(state, rights, id);
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

/** A group goes with all groups and apps in it. */
function demandRemoval(state: MarathonState, rights: Rights, id: string): void {
  for (const group of state.groups.keys())
    if (group === id || isBelow(group, id)) rights.demand('delete', groupResource(group));
  for (const app of state.apps.keys()) if (isBelow(app, id)) demandDelete(state, rights, app);
}

/** An app with other labels is one that the sender may update both before and after. */
function demandApp({ apps }: MarathonState, rights: Rights, app: App): void {
  const stored = apps.get(app.id);
  if (!stored) return rights.demand('create', appResource(app));
  rights.demand('update', appResource(stored));
  rights.demand('update', appResource(app));
}

function demandDelete({ apps }: MarathonState, rights: Rights, id: string): void {
  rights.demand('delete', appResource(apps.get(id) ?? { id, labels: {} }));
}
