/**
 * Shows those who want offers in the order in which they get them: roles by dominant resource fairness, at
 * each level of the tree, and the frameworks of a role likewise; or by lot, as `--role_sorter=random` wants
 * it.
 */

import { nextRandom, type Random } from '../../../model/random';
import { add, type Ranked, takeFirst } from './ranked';
import type { Contender, Leaf, RoleNode, RoleTree } from './role-tree';

/** The effect of one visit on the others: go on, nothing is left for this role, or nothing at all. */
export type Verdict = 'next' | 'next role' | 'done';

export interface Visitor {
  /** True when resources may be left for this role or one below it. */
  readonly concerns: (role: string) => boolean;
  readonly visit: (contender: Contender) => Verdict;
}

/** The sorters that draw lots. */
export interface Lots {
  readonly random: Random;
  readonly roles: boolean;
  readonly frameworks: boolean;
}

/**
 * Visits everybody in order until a visit says that it is done. Shares that a visit changes count for the
 * next walk: this one goes on as it was.
 */
export function walk(tree: RoleTree, visitor: Visitor, lots: Lots): void {
  walkNode(tree, tree.root, visitor, lots);
}

/** The same for one role and those below it. Whether it is done. */
export function walkNode(tree: RoleTree, node: RoleNode, visitor: Visitor, lots: Lots): boolean {
  const weightOf = (entry: RoleNode | Leaf): number =>
    entry.kind === 'role' ? (tree.weights.get(entry.role) ?? 1) : 1;
  return inTurn(node.queue, lots.roles ? draw(lots.random, weightOf) : undefined, (entry) => {
    if (entry.kind === 'leaf') return walkLeaf(entry, visitor, lots);
    return visitor.concerns(entry.role) && walkNode(tree, entry, visitor, lots);
  });
}

function walkLeaf(leaf: Leaf, visitor: Visitor, lots: Lots): boolean {
  let done = false;
  inTurn(leaf.queue, lots.frameworks ? draw(lots.random, () => 1) : undefined, (contender) => {
    const verdict = visitor.visit(contender);
    done = verdict === 'done';
    return verdict !== 'next';
  });
  return done;
}

/** Takes one after the other out of a queue until one says that it is enough, and puts them back. */
function inTurn<T extends Ranked>(
  queue: T[],
  order: ((queue: readonly T[]) => readonly T[]) | undefined,
  turn: (entry: T) => boolean,
): boolean {
  if (order) return order(queue).some(turn);
  const seen: T[] = [];
  let isEnough = false;
  while (!isEnough) {
    const entry = takeFirst(queue);
    if (!entry) break;
    seen.push(entry);
    isEnough = turn(entry);
  }
  for (const entry of seen) add(queue, entry);
  return isEnough;
}

/** Draws an order by lot: who has twice the weight is twice as likely to be before another one. */
function draw<T extends Ranked>(random: Random, weightOf: (entry: T) => number) {
  return (queue: readonly T[]): readonly T[] =>
    queue
      .map((entry) => ({ entry, key: -Math.log(1 - nextRandom(random)) / weightOf(entry) }))
      .sort((a, b) => a.key - b.key || (a.entry.name < b.entry.name ? -1 : 1))
      .map(({ entry }) => entry);
}
