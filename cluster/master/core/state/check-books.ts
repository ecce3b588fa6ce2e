/**
 * A check of the allocator's books against offers, tasks and executors: no resource is given out twice or lost, and
 * each stored sum is the sum of its parts.
 */

import type { AgentId, FrameworkId } from '../../../model/ids';
import { addQuantities, scalarsOf } from '../../../model/quantities';
import { isReserved } from '../../../model/reservations';
import {
  addResources,
  equalResources,
  printResources,
  type Resources,
  reservedRole,
} from '../../../model/resources';
import { lineageOf } from '../../../model/roles';
import { isShared } from '../../../model/volumes';
import { isQuotaResource, quotaQuantities } from '../allocator/quota-use';
import type { RoleNode } from '../allocator/role-tree';
import type { MasterState } from './state';

interface Holding {
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly role: string;
  readonly resources: Resources;
}

/** All that is offered or used. */
function holdings(state: MasterState): Holding[] {
  const agents = [...state.agents.values()];
  return [
    ...state.offers.values(),
    ...agents.flatMap(({ tasks }) => [...tasks.values()].filter((task) => task.holdsResources)),
    ...agents.flatMap(({ executors }) => [...executors.values()]),
  ];
}

/**
 * The violations, a text each. An agent may report tasks that use more than it has left after offers: that is known as
 * overcommitted, and nothing of it is free.
 */
export function bookErrors(state: MasterState): string[] {
  const held = holdings(state);
  return [...stockErrors(state, held), ...quotaErrors(state, held), ...shareErrors(state, held)];
}

function stockErrors(state: MasterState, held: readonly Holding[]): string[] {
  const heldByAgent = byAgent(held);
  return [...state.allocator.agents.values()].flatMap(({ id, total, free, overcommitted }) => {
    const allocated = (heldByAgent.get(id) ?? []).flatMap(({ resources }) => resources);
    const all = addResources(
      free,
      allocated.filter((resource) => !isShared(resource)),
    );
    const unshared = total.filter((resource) => !isShared(resource));
    const both = free.filter(({ identity }) =>
      overcommitted.some((resource) => resource.identity === identity),
    );
    if (equalResources(all, addResources(unshared, overcommitted)) && both.length === 0) return [];
    const text = `${id} has ${printResources(unshared)} but ${printResources(all)} is free or given out`;
    return [`${text}, of which ${printResources(overcommitted) || 'nothing'} is known to be too much`];
  });
}

function byAgent(held: readonly Holding[]): Map<AgentId, Holding[]> {
  const groups = new Map<AgentId, Holding[]>();
  for (const holding of held) {
    const group = groups.get(holding.agentId);
    if (group) group.push(holding);
    else groups.set(holding.agentId, [holding]);
  }
  return groups;
}

function quotaErrors(state: MasterState, held: readonly Holding[]): string[] {
  const { allocator } = state;
  const headroom = new Map<string, number>();
  const sums = new Map<string, Map<string, number>>();
  const add = (kind: string, role: string, quantities: ReadonlyMap<string, number>): void => {
    for (const counted of lineageOf(role)) {
      const sum = sums.get(`${kind} ${counted}`) ?? new Map<string, number>();
      addQuantities(sum, quantities);
      sums.set(`${kind} ${counted}`, sum);
    }
  };
  for (const { total, free } of allocator.agents.values()) {
    addQuantities(headroom, quotaQuantities(free));
    for (const resource of total)
      if (isReserved(resource)) add('reserved', reservedRole(resource), scalarsOf([resource]));
  }
  for (const { role, resources } of held)
    add('unreserved', role, scalarsOf(resources.filter(isQuotaResource)));
  const stored = [...allocator.use].flatMap(([role, { reserved, unreserved }]) => [
    [`reserved ${role}`, reserved] as const,
    [`unreserved ${role}`, unreserved] as const,
  ]);
  const names = new Set([...sums.keys(), ...stored.map(([key]) => key)]);
  const storedBy = new Map<string, ReadonlyMap<string, number>>(stored);
  return [
    ...differ('headroom', allocator.headroom, headroom),
    ...[...names].flatMap((key) => differ(key, storedBy.get(key) ?? new Map(), sums.get(key) ?? new Map())),
  ];
}

function shareErrors(state: MasterState, held: readonly Holding[]): string[] {
  const sums = new Map<string, Map<string, number>>();
  for (const { frameworkId, role, resources } of held) {
    if (!state.allocator.frameworks.has(frameworkId)) continue;
    const key = `${frameworkId} in ${role}`;
    const sum = sums.get(key) ?? new Map<string, number>();
    addQuantities(sum, scalarsOf(resources.filter((resource) => !isShared(resource))));
    sums.set(key, sum);
  }
  const errors: string[] = [];
  for (const { id, clients } of state.allocator.frameworks.values()) {
    for (const [role, { use, shared }] of clients) {
      const key = `${id} in ${role}`;
      if (shared.size === 0) errors.push(...differ(key, use, sums.get(key) ?? new Map()));
      sums.delete(key);
    }
  }
  for (const [key, sum] of sums) errors.push(...differ(key, new Map(), sum));
  return [...errors, ...treeErrors(state.allocator.roles.root)];
}

/** The use of a role is the sum over its frameworks and the roles below it. */
function treeErrors(node: RoleNode): string[] {
  const sum = new Map<string, number>();
  for (const child of node.children.values()) addQuantities(sum, child.use);
  if (node.leaf) addQuantities(sum, node.leaf.use);
  const isAnyShared = node.shared.size > 0;
  return [
    ...(isAnyShared ? [] : differ(`role '${node.role}'`, node.use, sum)),
    ...[...node.children.values()].flatMap(treeErrors),
  ];
}

function differ(
  subject: string,
  stored: ReadonlyMap<string, number>,
  sum: ReadonlyMap<string, number>,
): string[] {
  return [...new Set([...stored.keys(), ...sum.keys()])].flatMap((name) => {
    const before = stored.get(name) ?? 0;
    const after = sum.get(name) ?? 0;
    return before === after ? [] : [`${subject}: ${name} is stored as ${before} and is ${after}`];
  });
}
