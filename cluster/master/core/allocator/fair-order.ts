/**
 * Who comes next, by dominant resource fairness: the role with the least share, and in it the framework with
 * the least. Ties go to the name. Heaps, since a run over thousands of agents changes one share at a time.
 */

import { type Before, heapify, heapPop, heapPush } from '../../../model/heap';
import type { AllocatorFramework, AllocatorState } from './state';

export interface Contender {
  readonly framework: AllocatorFramework;
  readonly role: string;
  share: number;
}

interface RoleEntry {
  readonly role: string;
  share: number;
  /** Milli-units that the role has allocated, by name. */
  readonly allocated: Map<string, number>;
  readonly contenders: Contender[];
}

export interface FairOrder {
  readonly total: ReadonlyMap<string, number>;
  readonly weights: ReadonlyMap<string, number>;
  readonly roles: RoleEntry[];
}

const roleBefore: Before<RoleEntry> = (a, b) => a.share < b.share || (a.share === b.share && a.role < b.role);
const contenderBefore: Before<Contender> = (a, b) =>
  a.share < b.share || (a.share === b.share && a.framework.id < b.framework.id);

/** Everybody who may be offered something now. */
export function fairOrder(state: AllocatorState): FairOrder {
  const entries = new Map<string, RoleEntry>();
  const entryOf = (role: string): RoleEntry => {
    const entry = entries.get(role) ?? { role, share: 0, allocated: new Map(), contenders: [] };
    entries.set(role, entry);
    return entry;
  };
  for (const framework of state.frameworks.values()) {
    for (const [role, scalars] of framework.allocated) addScalars(entryOf(role).allocated, scalars);
    if (!framework.active) continue;
    for (const role of framework.roles) {
      if (framework.suppressed.has(role)) continue;
      const share = dominantShare(state.total, framework.allocated.get(role));
      entryOf(role).contenders.push({ framework, role, share });
    }
  }
  const roles = [...entries.values()].filter(({ contenders }) => contenders.length > 0);
  for (const entry of roles) {
    entry.share = roleShare(state, entry);
    heapify(entry.contenders, contenderBefore);
  }
  return { total: state.total, weights: state.weights, roles: heapify(roles, roleBefore) };
}

/**
 * Shows the contenders in order until `take` says that nothing is left. What it returns for one that took
 * something is what was taken, by scalar; the shares are up to date for the next visit.
 */
export function visit(order: FairOrder, take: (contender: Contender) => Visited): void {
  const roles: RoleEntry[] = [];
  let done = false;
  while (!done) {
    const entry = heapPop(order.roles, roleBefore);
    if (!entry) break;
    roles.push(entry);
    done = visitRole(order, entry, take);
  }
  for (const entry of roles) heapPush(order.roles, entry, roleBefore);
}

export interface Visited {
  /** What the contender took, in milli-units; undefined when it took nothing. */
  readonly taken: ReadonlyMap<string, number> | undefined;
  readonly done: boolean;
}

function visitRole(order: FairOrder, entry: RoleEntry, take: (contender: Contender) => Visited): boolean {
  const seen: Contender[] = [];
  let done = false;
  while (!done) {
    const contender = heapPop(entry.contenders, contenderBefore);
    if (!contender) break;
    seen.push(contender);
    const visited = take(contender);
    done = visited.done;
    if (!visited.taken) continue;
    addScalars(entry.allocated, visited.taken);
    contender.share = dominantShare(order.total, contender.framework.allocated.get(contender.role));
    entry.share = roleShare(order, entry);
  }
  for (const contender of seen) heapPush(entry.contenders, contender, contenderBefore);
  return done;
}

/** A role of twice the weight may have twice as much. */
function roleShare(
  { total, weights }: Pick<FairOrder, 'total' | 'weights'>,
  { role, allocated }: RoleEntry,
): number {
  return dominantShare(total, allocated) / (weights.get(role) ?? 1);
}

/** The largest part of any scalar that is taken, from 0 to 1. */
export function dominantShare(
  total: ReadonlyMap<string, number>,
  allocated: ReadonlyMap<string, number> | undefined,
): number {
  let share = 0;
  for (const [name, milli] of allocated ?? []) {
    const all = total.get(name) ?? 0;
    if (all > 0) share = Math.max(share, milli / all);
  }
  return share;
}

function addScalars(sums: Map<string, number>, more: ReadonlyMap<string, number>): void {
  for (const [name, milli] of more) sums.set(name, (sums.get(name) ?? 0) + milli);
}
