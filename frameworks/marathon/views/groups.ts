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

/** The JSON of apps and pods, piece by piece. */
export interface MemberPrinters {
  readonly app: (app: App) => Iterable<string>;
  readonly pod: (pod: PodSpec) => Iterable<string>;
}

type Pieces = Generator<string, void>;

/**
 * The JSON of a group with what is embedded of it, piece by piece; lists that are not embedded are empty, as in the original.
 * The tree is that of the moment of the call.
 */
export function groupPieces(
  root: ShownRoot,
  id: string,
  embed: GroupEmbed,
  print: MemberPrinters,
): Pieces | undefined {
  const members = {
    apps: embed.apps ? childrenOf(root.apps) : new Map<string, App[]>(),
    pods: embed.pods ? childrenOf(root.pods) : new Map<string, PodSpec[]>(),
    groups: embed.groups ? childrenOf(root.groups) : new Map<string, Group[]>(),
  };
  const { version } = root;
  function* show(group: Group): Pieces {
    yield `{"id":${JSON.stringify(group.id)},"apps":`;
    yield* arrayPieces(sortedById(members.apps.get(group.id)), print.app);
    yield ',"groups":';
    yield* arrayPieces(sortedById(members.groups.get(group.id)), show);
    yield ',"pods":';
    yield* arrayPieces(sortedById(members.pods.get(group.id)), print.pod);
    yield `,${JSON.stringify(ownMembers(group, version)).slice(1)}`;
  }
  const group = root.groups.get(id);
  return group && show(group);
}

function ownMembers(group: Group, version: string): object {
  const { dependencies, enforceRole = false } = group;
  return { dependencies, version, ...(isTopLevel(group.id) && { enforceRole }) };
}

function* arrayPieces<Member>(
  members: readonly Member[],
  piecesOf: (member: Member) => Iterable<string>,
): Pieces {
  yield '[';
  let separator = '';
  for (const member of members) {
    yield separator;
    separator = ',';
    yield* piecesOf(member);
  }
  yield ']';
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
