/**
 * Groups as the API shows them, with the apps, pods and groups in them that the request embeds.
 */

import type { App, Group } from '../api/app';
import { isTopLevel } from '../core/groups/roles';
import { parentOf } from '../core/state/paths';
import type { PodSpec } from '../core/state/run-spec';

export interface GroupEmbed {
  readonly apps: boolean;
  readonly pods: boolean;
  readonly groups: boolean;
}

/** A root to show: the current one, or an earlier version. */
export interface ShownRoot {
  readonly version: string;
  readonly apps: ReadonlyMap<string, App>;
  readonly pods: ReadonlyMap<string, PodSpec>;
  readonly groups: ReadonlyMap<string, Group>;
}

export interface MemberPrinters {
  readonly app: (app: App) => object;
  readonly pod: (pod: PodSpec) => object;
}

/** A group with what is embedded of it; lists that are not embedded are empty, as in the original. */
export function printGroup(
  root: ShownRoot,
  id: string,
  embed: GroupEmbed,
  print: MemberPrinters,
): object | undefined {
  const members = {
    apps: embed.apps ? childrenOf(root.apps) : new Map<string, App[]>(),
    pods: embed.pods ? childrenOf(root.pods) : new Map<string, PodSpec[]>(),
    groups: embed.groups ? childrenOf(root.groups) : new Map<string, Group[]>(),
  };
  const show = (group: Group): object => ({
    id: group.id,
    apps: sortedById(members.apps.get(group.id)).map(print.app),
    groups: sortedById(members.groups.get(group.id)).map(show),
    pods: sortedById(members.pods.get(group.id)).map(print.pod),
    dependencies: group.dependencies,
    version: root.version,
    ...(isTopLevel(group.id) && { enforceRole: group.enforceRole ?? false }),
  });
  const group = root.groups.get(id);
  return group && show(group);
}

/** The order of a group's members, which outlives a restart. */
function sortedById<Member extends { readonly id: string }>(members: readonly Member[] = []): Member[] {
  return [...members].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Apps, pods or groups by the group they are directly in. */
export function childrenOf<Member>(members: ReadonlyMap<string, Member>): Map<string, Member[]> {
  const children = new Map<string, Member[]>();
  for (const [id, member] of members) {
    if (id === '/') continue;
    const parent = parentOf(id);
    const siblings = children.get(parent);
    if (siblings) siblings.push(member);
    else children.set(parent, [member]);
  }
  return children;
}
