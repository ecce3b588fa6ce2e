/**
 * Roles as a tree, and in each role the frameworks that compete: who has how much, and so who comes next. A
 * role that has both frameworks of its own and roles below competes with these as its own leaf, named `.`
 * (Mesos 1.11 src/master/allocator/mesos/sorter/drf/sorter.cpp).
 *
 * Always true: what a role has is what its frameworks and the roles below it have; in a queue stand only
 * those under whom somebody wants offers; queues are in order as long as `totals` is the tree's.
 */

import { type Quantities, sizeOf } from '../../../model/quantities';
import type { Resource, Resources } from '../../../model/resources';
import { isShared } from '../../../model/volumes';
import { add, move, type Ranked, remove, reorder } from './ranked';

/** Milli-units by name, and what is shared by how many holders: shared resources count once. */
interface Holder extends Ranked {
  readonly use: Map<string, number>;
  /** Ranges and sets: their members in thousandths. They are shown, and do not count for shares. */
  readonly members: Map<string, number>;
  readonly shared: Map<string, number>;
}

export interface RoleNode extends Holder {
  readonly kind: 'role';
  readonly role: string;
  readonly parent: RoleNode | undefined;
  readonly children: Map<string, RoleNode>;
  /** Its own frameworks; undefined when it never had any. */
  leaf: Leaf | undefined;
  /** Its own leaf and the roles below, of those that want offers. */
  readonly queue: (RoleNode | Leaf)[];
}

/** The frameworks of one role. */
export interface Leaf extends Holder {
  readonly kind: 'leaf';
  readonly node: RoleNode;
  readonly contenders: Map<string, Contender>;
  readonly queue: Contender[];
}

/** One framework in one role. */
export interface Contender extends Holder {
  readonly kind: 'contender';
  readonly leaf: Leaf;
  /** The framework's id. */
  readonly name: string;
}

export interface RoleTree {
  readonly root: RoleNode;
  readonly nodes: Map<string, RoleNode>;
  /** Milli-units of all there is: shares are parts of it. */
  readonly total: Map<string, number>;
  weights: ReadonlyMap<string, number>;
  /** Names that do not count for shares. */
  excluded: ReadonlySet<string>;
  /** The totals or weights changed since the queues were put in order. */
  stale: boolean;
}

export function emptyTree(): RoleTree {
  return {
    root: createNode('', undefined),
    nodes: new Map(),
    total: new Map(),
    weights: new Map(),
    excluded: new Set(),
    stale: false,
  };
}

const nothing = (): Pick<Holder, 'share' | 'chosen' | 'at' | 'use' | 'members' | 'shared'> => ({
  share: 0,
  chosen: 0,
  at: -1,
  use: new Map(),
  members: new Map(),
  shared: new Map(),
});

/**
 * Hides the way up from whoever walks through the state, such as the hash of a recording: going down shows
 * everything once, and there is no end to going round.
 */
function withHidden<T extends object>(entry: T, up: keyof T): T {
  return Object.defineProperty(entry, up, { enumerable: false });
}

function createNode(role: string, parent: RoleNode | undefined): RoleNode {
  const name = role.slice(role.lastIndexOf('/') + 1);
  const inside = { children: new Map(), leaf: undefined, queue: [] };
  return withHidden<RoleNode>({ kind: 'role', role, name, parent, ...inside, ...nothing() }, 'parent');
}

function leafOf(node: RoleNode): Leaf {
  const inside = { contenders: new Map(), queue: [] };
  node.leaf ??= withHidden<Leaf>({ kind: 'leaf', name: '.', node, ...inside, ...nothing() }, 'node');
  return node.leaf;
}

/** The role's place in the tree, made when it is new, with those above it. */
export function nodeOf(tree: RoleTree, role: string): RoleNode {
  const existing = tree.nodes.get(role);
  if (existing) return existing;
  const slash = role.lastIndexOf('/');
  const parent = slash < 0 ? tree.root : nodeOf(tree, role.slice(0, slash));
  const node = createNode(role, parent);
  parent.children.set(role, node);
  tree.nodes.set(role, node);
  return node;
}

/** A framework's place in a role, made when it is new. */
export function contenderOf(tree: RoleTree, frameworkId: string, role: string): Contender {
  const leaf = leafOf(nodeOf(tree, role));
  const existing = leaf.contenders.get(frameworkId);
  if (existing) return existing;
  const contender = withHidden<Contender>(
    { kind: 'contender', name: frameworkId, leaf, ...nothing() },
    'leaf',
  );
  leaf.contenders.set(frameworkId, contender);
  return contender;
}

/** Sets that a framework wants offers in a role, or does not. */
export function setWanting(tree: RoleTree, contender: Contender, wants: boolean): void {
  if (wants === contender.at >= 0) return;
  const { leaf } = contender;
  if (wants) {
    contender.share = shareOf(tree, contender);
    add(leaf.queue, contender);
    enlist(tree, leaf);
  } else {
    remove(leaf.queue, contender);
    delist(leaf);
  }
}

function enlist(tree: RoleTree, entry: RoleNode | Leaf): void {
  const above = entry.kind === 'leaf' ? entry.node : entry.parent;
  if (!above || entry.at >= 0) return;
  entry.share = shareOf(tree, entry);
  add(above.queue, entry);
  enlist(tree, above);
}

function delist(entry: RoleNode | Leaf): void {
  const above = entry.kind === 'leaf' ? entry.node : entry.parent;
  if (!above || entry.queue.length > 0) return;
  remove(above.queue, entry);
  delist(above);
}

/** Forgets a framework's place in a role, with whatever it still has there. */
export function dropContender(tree: RoleTree, contender: Contender): void {
  setWanting(tree, contender, false);
  const { leaf } = contender;
  leaf.contenders.delete(contender.name);
  for (const holder of holdersAbove(contender)) {
    for (const [name, milli] of contender.use) addTo(holder.use, name, -milli);
    for (const [name, milli] of contender.members) addTo(holder.members, name, -milli);
    for (const [key, holders] of contender.shared) addTo(holder.shared, key, -holders);
  }
  prune(tree, leaf.node);
}

function prune(tree: RoleTree, node: RoleNode): void {
  if (!node.parent || node.children.size > 0 || (node.leaf?.contenders.size ?? 0) > 0) return;
  tree.nodes.delete(node.role);
  node.parent.children.delete(node.role);
  prune(tree, node.parent);
}

function holdersAbove({ leaf }: Contender): Holder[] {
  const holders: Holder[] = [leaf];
  for (let node: RoleNode | undefined = leaf.node; node; node = node.parent) holders.push(node);
  return holders;
}

/** Adds what a framework got of an agent to its share and those of the roles it is in, or takes it away. */
export function charge(
  tree: RoleTree,
  contender: Contender,
  agentId: string,
  { resources, sign }: { readonly resources: Resources; readonly sign: 1 | -1 },
): void {
  hold(contender, agentId, resources, sign);
  update(tree, contender, contender.leaf.queue);
  const { leaf } = contender;
  hold(leaf, agentId, resources, sign);
  update(tree, leaf, leaf.node.queue);
  for (let node: RoleNode | undefined = leaf.node; node; node = node.parent) {
    hold(node, agentId, resources, sign);
    if (node.parent) update(tree, node, node.parent.queue);
  }
}

function hold(holder: Holder, agentId: string, resources: Resources, sign: 1 | -1): void {
  if (sign > 0) holder.chosen += 1;
  for (const resource of resources) {
    if (resource.amount.type !== 'SCALAR') {
      addTo(holder.members, resource.name, sign * sizeOf(resource.amount));
      continue;
    }
    if (isShared(resource) && !isFirstOrLast(holder, agentId, resource, sign)) continue;
    addTo(holder.use, resource.name, sign * resource.amount.milli);
  }
}

/**
 * Of a shared resource the first holder counts, and the last one that gives it back. One that nobody took as
 * shared was made of what somebody has alone.
 */
function isFirstOrLast({ shared }: Holder, agentId: string, resource: Resource, sign: 1 | -1): boolean {
  const key = `${agentId} ${resource.identity}`;
  const before = shared.get(key) ?? 0;
  if (sign < 0 && before === 0) return true;
  addTo(shared, key, sign * resource.shares);
  return sign > 0 ? before === 0 : !shared.has(key);
}

function addTo(sums: Map<string, number>, name: string, by: number): void {
  const sum = (sums.get(name) ?? 0) + by;
  if (sum === 0) sums.delete(name);
  else sums.set(name, sum);
}

function update<T extends Holder & (RoleNode | Leaf | Contender)>(
  tree: RoleTree,
  entry: T,
  queue: Ranked[],
): void {
  entry.share = shareOf(tree, entry);
  move(queue, entry);
}

/** A role of twice the weight may have twice as much. Between frameworks of a role there are no weights. */
export function shareOf(tree: RoleTree, entry: RoleNode | Leaf | Contender): number {
  const share = dominantShare(tree, entry.use);
  return entry.kind === 'role' ? share / (tree.weights.get(entry.role) ?? 1) : share;
}

/** The largest part of any scalar that is taken, from 0 to 1. */
export function dominantShare(tree: Pick<RoleTree, 'total' | 'excluded'>, use: Quantities): number {
  let share = 0;
  for (const [name, milli] of use) {
    const all = tree.total.get(name) ?? 0;
    if (all > 0 && !tree.excluded.has(name)) share = Math.max(share, milli / all);
  }
  return share;
}

/** Puts the queues in order when the totals or weights changed. */
export function refresh(tree: RoleTree): void {
  if (!tree.stale) return;
  tree.stale = false;
  refreshNode(tree, tree.root);
}

function refreshNode(tree: RoleTree, node: RoleNode): void {
  for (const entry of node.queue) {
    if (entry.kind === 'role') refreshNode(tree, entry);
    else {
      for (const contender of entry.queue) contender.share = shareOf(tree, contender);
      reorder(entry.queue);
    }
    entry.share = shareOf(tree, entry);
  }
  reorder(node.queue);
}
