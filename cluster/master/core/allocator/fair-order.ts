/**
 * The order in which clients are offered resources. At each level of the role tree the least dominant share comes first
 * (dominant resource fairness), and so for the frameworks of a role; or the order is random (`--role_sorter=random`,
 * `--framework_sorter=random`).
 */

import { nextRandom, type Random } from '../../../model/random';
import { add, popFirst, type Ranked } from './ranked';
import type { Client, Leaf, RoleNode, RoleTree } from './role-tree';

/** The result of a visit: go on, nothing is left for this role, or nothing at all. */
export type VisitResult = 'next' | 'next role' | 'done';

export interface Visitor {
  /** True when resources may be left for this role or one below it. */
  readonly concerns: (role: string) => boolean;
  readonly visit: (client: Client) => VisitResult;
}

/** The sorters that are random: that of roles, that of frameworks. */
export interface RandomSorterOptions {
  readonly random: Random;
  readonly roles: boolean;
  readonly frameworks: boolean;
}

/**
 * Visits all clients in order until a visit returns `done`. Shares that a visit changes count from the next walk on, as
 * the original sorts once for each agent.
 */
export function walk(tree: RoleTree, visitor: Visitor, options: RandomSorterOptions): void {
  walkNode(tree, tree.root, visitor, options);
}

/** Visits the clients of one role and the roles below it; true when a visit returned `done`. */
export function walkNode(
  tree: RoleTree,
  node: RoleNode,
  visitor: Visitor,
  options: RandomSorterOptions,
): boolean {
  const weightOf = (entry: RoleNode | Leaf): number =>
    entry.kind === 'role' ? (tree.weights.get(entry.role) ?? 1) : 1;
  return visitInOrder(
    node.queue,
    options.roles ? weightedShuffle(options.random, weightOf) : undefined,
    (entry) => {
      if (entry.kind === 'leaf') return walkLeaf(entry, visitor, options);
      return visitor.concerns(entry.role) && walkNode(tree, entry, visitor, options);
    },
  );
}

function walkLeaf(leaf: Leaf, visitor: Visitor, options: RandomSorterOptions): boolean {
  let done = false;
  visitInOrder(
    leaf.queue,
    options.frameworks ? weightedShuffle(options.random, () => 1) : undefined,
    (client) => {
      const result = visitor.visit(client);
      done = result === 'done';
      return result !== 'next';
    },
  );
  return done;
}

/** Takes entries out of a queue in order until a turn returns true, then puts them back; true when one did. */
function visitInOrder<T extends Ranked>(
  queue: T[],
  order: ((queue: readonly T[]) => readonly T[]) | undefined,
  turn: (entry: T) => boolean,
): boolean {
  if (order) return order(queue).some(turn);
  const seen: T[] = [];
  let isEnough = false;
  while (!isEnough) {
    const entry = popFirst(queue);
    if (!entry) break;
    seen.push(entry);
    isEnough = turn(entry);
  }
  for (const entry of seen) add(queue, entry);
  return isEnough;
}

/**
 * A random order: of two entries, the one of twice the weight is twice as likely to come first (Mesos RandomSorter).
 */
function weightedShuffle<T extends Ranked>(random: Random, weightOf: (entry: T) => number) {
  return (queue: readonly T[]): readonly T[] =>
    queue
      .map((entry) => ({ entry, key: -Math.log(1 - nextRandom(random)) / weightOf(entry) }))
      .sort((a, b) => a.key - b.key || (a.entry.name < b.entry.name ? -1 : 1))
      .map(({ entry }) => entry);
}
