/**
 * Shows those who want offers in the order in which they get them: roles by dominant resource fairness, at
 * each level of the tree, and the frameworks of a role likewise; or by lot, as `--role_sorter=random` wants
 * it.
 */

import { nextRandom, type Random } from '../../../model/random';
import { add, popFirst, type Ranked } from './ranked';
import type { Client, Leaf, RoleNode, RoleTree } from './role-tree';

/** The effect of one visit on the others: go on, nothing is left for this role, or nothing at all. */
export type VisitResult = 'next' | 'next role' | 'done';

export interface Visitor {
  /** True when resources may be left for this role or one below it. */
  readonly concerns: (role: string) => boolean;
  readonly visit: (client: Client) => VisitResult;
}

/** The sorters that draw options. */
export interface RandomSorterOptions {
  readonly random: Random;
  readonly roles: boolean;
  readonly frameworks: boolean;
}

/**
 * Visits everybody in order until a visit says that it is done. Shares that a visit changes count for the
 * next walk: this one goes on as it was.
 */
export function walk(tree: RoleTree, visitor: Visitor, options: RandomSorterOptions): void {
  walkNode(tree, tree.root, visitor, options);
}

/** The same for one role and those below it. Whether it is done. */
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

/** Takes one after the other out of a queue until one says that it is enough, and puts them back. */
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

/** Draws an order by lot: who has twice the weight is twice as likely to be before another one. */
function weightedShuffle<T extends Ranked>(random: Random, weightOf: (entry: T) => number) {
  return (queue: readonly T[]): readonly T[] =>
    queue
      .map((entry) => ({ entry, key: -Math.log(1 - nextRandom(random)) / weightOf(entry) }))
      .sort((a, b) => a.key - b.key || (a.entry.name < b.entry.name ? -1 : 1))
      .map(({ entry }) => entry);
}
