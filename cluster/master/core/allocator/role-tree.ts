/**
 * The tree of roles with the clients of each, their usage and their queues. The frameworks of a role compete with the
 * roles below it as one leaf, named `.` (Mesos 1.11 src/master/allocator/mesos/sorter/drf/sorter.cpp).
 *
 * Always true: the usage of a role is the sum of that of its frameworks and of the roles below it. A queue has only
 * entries below which a client wants offers. Queues are in order unless `stale`.
 */

import type { AgentId, FrameworkId } from '../../../model/ids';
import { type Quantities, sizeOf } from '../../../model/quantities';
import type { Resource, Resources } from '../../../model/resources';
import { isShared } from '../../../model/volumes';
import { add, move, type Ranked, remove, reorder } from './ranked';

/** Allocated scalars in milli-units by name, and the number of holders of each shared resource, which counts once. */
interface Usage extends Ranked {
  readonly use: Map<string, number>;
  /** Sizes of allocated ranges and sets in thousandths, for endpoints; they do not count for shares. */
  readonly members: Map<string, number>;
  readonly shared: Map<string, number>;
}

export interface RoleNode extends Usage {
  readonly kind: 'role';
  readonly role: string;
  /** The role above it; empty for the root and for roles right below it. */
  readonly parentRole: string;
  readonly children: Map<string, RoleNode>;
  /** The leaf of its own frameworks; undefined if it never had any. */
  leaf: Leaf | undefined;
  /** The leaf and the roles below it that want offers. */
  readonly queue: (RoleNode | Leaf)[];
}

/** The frameworks of one role, as one competitor beside the roles below it. */
export interface Leaf extends Usage {
  readonly kind: 'leaf';
  readonly role: string;
  readonly clients: Map<string, Client>;
  readonly queue: Client[];
}

/** One framework in one role, an entry of a sorter. */
export interface Client extends Usage {
  readonly kind: 'client';
  readonly role: string;
  /** The framework's id. */
  readonly name: string;
}

export interface RoleTree {
  readonly root: RoleNode;
  readonly nodes: Map<string, RoleNode>;
  /** Scalars of all agents in milli-units by name: shares are parts of it. */
  readonly total: Map<string, number>;
  weights: ReadonlyMap<string, number>;
  /** Names that do not count for shares (`--fair_sharing_excluded_resource_names`). */
  excluded: ReadonlySet<string>;
  /** True when totals or weights changed since the queues were sorted. */
  stale: boolean;
}

export function emptyTree(): RoleTree {
  return {
    root: createNode(''),
    nodes: new Map(),
    total: new Map(),
    weights: new Map(),
    excluded: new Set(),
    stale: false,
  };
}

const noUsage = (): Pick<Usage, 'share' | 'chosen' | 'position' | 'use' | 'members' | 'shared'> => ({
  share: 0,
  chosen: 0,
  position: -1,
  use: new Map(),
  members: new Map(),
  shared: new Map(),
});

function createNode(role: string): RoleNode {
  const slash = role.lastIndexOf('/');
  return {
    kind: 'role',
    role,
    name: role.slice(slash + 1),
    parentRole: role.slice(0, Math.max(0, slash)),
    children: new Map(),
    leaf: undefined,
    queue: [],
    ...noUsage(),
  };
}

/**
 * The node above; undefined for the root. Nodes refer to others by name, so that the state has no cycles and can be
 * recorded.
 */
function parentOf(tree: RoleTree, node: RoleNode): RoleNode | undefined {
  if (node === tree.root) return undefined;
  return node.parentRole === '' ? tree.root : tree.nodes.get(node.parentRole);
}

/** The node of a leaf's or client's role. */
function nodeAt(tree: RoleTree, { role }: Leaf | Client): RoleNode {
  const node = tree.nodes.get(role);
  if (!node) throw new Error(`role ${role} has clients and is not in the role tree`);
  return node;
}

function leafOf(node: RoleNode): Leaf {
  const { role } = node;
  node.leaf ??= { kind: 'leaf', name: '.', role, clients: new Map(), queue: [], ...noUsage() };
  return node.leaf;
}

/** Finds or creates the node of a role, with those above it. */
export function nodeOf(tree: RoleTree, role: string): RoleNode {
  const existing = tree.nodes.get(role);
  if (existing) return existing;
  const slash = role.lastIndexOf('/');
  const parent = slash < 0 ? tree.root : nodeOf(tree, role.slice(0, slash));
  const node = createNode(role);
  parent.children.set(role, node);
  tree.nodes.set(role, node);
  return node;
}

/** Finds or creates the client of a framework in a role. */
export function clientOf(tree: RoleTree, frameworkId: FrameworkId, role: string): Client {
  const leaf = leafOf(nodeOf(tree, role));
  const existing = leaf.clients.get(frameworkId);
  if (existing) return existing;
  const client: Client = { kind: 'client', name: frameworkId, role, ...noUsage() };
  leaf.clients.set(frameworkId, client);
  return client;
}

/** Puts a client into its queue when its framework wants offers in the role, or takes it out. */
export function setActive(tree: RoleTree, client: Client, wants: boolean): void {
  if (wants === client.position >= 0) return;
  const leaf = leafOf(nodeAt(tree, client));
  if (wants) {
    client.share = shareOf(tree, client);
    add(leaf.queue, client);
    enqueue(tree, leaf);
  } else {
    remove(leaf.queue, client);
    dequeue(tree, leaf);
  }
}

function enqueue(tree: RoleTree, entry: RoleNode | Leaf): void {
  const above = nodeAbove(tree, entry);
  if (!above || entry.position >= 0) return;
  entry.share = shareOf(tree, entry);
  add(above.queue, entry);
  enqueue(tree, above);
}

function dequeue(tree: RoleTree, entry: RoleNode | Leaf): void {
  const above = nodeAbove(tree, entry);
  if (!above || entry.queue.length > 0) return;
  remove(above.queue, entry);
  dequeue(tree, above);
}

function nodeAbove(tree: RoleTree, entry: RoleNode | Leaf): RoleNode | undefined {
  return entry.kind === 'leaf' ? nodeAt(tree, entry) : parentOf(tree, entry);
}

/** Removes a client with its usage, and roles that nobody is in any more. */
export function removeClient(tree: RoleTree, client: Client): void {
  setActive(tree, client, false);
  const node = nodeAt(tree, client);
  const leaf = leafOf(node);
  leaf.clients.delete(client.name);
  for (const usage of [leaf, ...lineageOf(tree, node)]) {
    for (const [name, milli] of client.use) addTo(usage.use, name, -milli);
    for (const [name, milli] of client.members) addTo(usage.members, name, -milli);
    for (const [key, holders] of client.shared) addTo(usage.shared, key, -holders);
  }
  prune(tree, node);
}

function prune(tree: RoleTree, node: RoleNode): void {
  const parent = parentOf(tree, node);
  if (!parent || node.children.size > 0 || (node.leaf?.clients.size ?? 0) > 0) return;
  tree.nodes.delete(node.role);
  parent.children.delete(node.role);
  prune(tree, parent);
}

/** A node and those above it, the root last. */
function lineageOf(tree: RoleTree, node: RoleNode): RoleNode[] {
  const nodes: RoleNode[] = [];
  for (let above: RoleNode | undefined = node; above; above = parentOf(tree, above)) nodes.push(above);
  return nodes;
}

/** Adds an allocation to the usage of a client and of its role and ancestors, or with sign -1 subtracts it. */
export function addUsage(
  tree: RoleTree,
  client: Client,
  agentId: AgentId,
  { resources, sign }: { readonly resources: Resources; readonly sign: 1 | -1 },
): void {
  const node = nodeAt(tree, client);
  const leaf = leafOf(node);
  countUsage(client, agentId, resources, sign);
  update(tree, client, leaf.queue);
  countUsage(leaf, agentId, resources, sign);
  update(tree, leaf, node.queue);
  // Each allocation passes here: no list is made of the way up.
  for (let above = node, parent = parentOf(tree, node); ; parent = parentOf(tree, above)) {
    countUsage(above, agentId, resources, sign);
    if (!parent) return;
    update(tree, above, parent.queue);
    above = parent;
  }
}

function countUsage(usage: Usage, agentId: AgentId, resources: Resources, sign: 1 | -1): void {
  if (sign > 0) usage.chosen += 1;
  for (const resource of resources) {
    if (resource.amount.type !== 'SCALAR') {
      addTo(usage.members, resource.name, sign * sizeOf(resource.amount));
      continue;
    }
    if (isShared(resource) && !isFirstOrLast(usage, agentId, resource, sign)) continue;
    addTo(usage.use, resource.name, sign * resource.amount.milli);
  }
}

/**
 * True when the usage counts a shared resource: for the first holder that gets it and for the last that returns it. A
 * returned one that nobody got as shared was created from allocated resources in between, so it counts.
 */
function isFirstOrLast({ shared }: Usage, agentId: AgentId, resource: Resource, sign: 1 | -1): boolean {
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

function update<T extends Usage & (RoleNode | Leaf | Client)>(
  tree: RoleTree,
  entry: T,
  queue: Ranked[],
): void {
  entry.share = shareOf(tree, entry);
  move(queue, entry);
}

/**
 * The share by which an entry is sorted: the dominant share, for a role divided by its weight. Frameworks have no
 * weights.
 */
export function shareOf(tree: RoleTree, entry: RoleNode | Leaf | Client): number {
  const share = dominantShare(tree, entry.use);
  return entry.kind === 'role' ? share / (tree.weights.get(entry.role) ?? 1) : share;
}

/** The largest part of any scalar in the cluster that `use` has, from 0 to 1. */
export function dominantShare(tree: Pick<RoleTree, 'total' | 'excluded'>, use: Quantities): number {
  let share = 0;
  for (const [name, milli] of use) {
    const all = tree.total.get(name) ?? 0;
    if (all > 0 && !tree.excluded.has(name)) share = Math.max(share, milli / all);
  }
  return share;
}

/** Sorts all queues if totals or weights changed. */
export function sortQueues(tree: RoleTree): void {
  if (!tree.stale) return;
  tree.stale = false;
  sortQueuesBelow(tree, tree.root);
}

function sortQueuesBelow(tree: RoleTree, node: RoleNode): void {
  for (const entry of node.queue) {
    if (entry.kind === 'role') sortQueuesBelow(tree, entry);
    else {
      for (const client of entry.queue) client.share = shareOf(tree, client);
      reorder(entry.queue);
    }
    entry.share = shareOf(tree, entry);
  }
  reorder(node.queue);
}
