/**
 * Checks the allocator's books against what offers, tasks and executors say: nothing is given out twice, nothing
 * gets lost, and every sum that is kept is what adding anew gives.
 */

import { isQuotaResource, quotaQuantities } from '../../../cluster/master/core/allocator/quota-use';
import type { RoleNode } from '../../../cluster/master/core/allocator/role-tree';
import type { MasterState } from '../../../cluster/master/core/state/state';
import { addQuantities, scalarsOf } from '../../../cluster/model/quantities';
import { isReserved } from '../../../cluster/model/reservations';
import {
  addResources,
  equalResources,
  printResources,
  type Resources,
  reservedRole,
} from '../../../cluster/model/resources';
import { lineageOf } from '../../../cluster/model/roles';
import { isShared } from '../../../cluster/model/volumes';

interface Holding {
  readonly frameworkId: string;
  readonly agentId: string;
  readonly role: string;
  readonly resources: Resources;
}

/** Everything that is offered or used. */
function holdings(state: MasterState): Holding[] {
  const agents = [...state.agents.values()];
  return [
    ...state.offers.values(),
    ...agents.flatMap(({ tasks }) => [...tasks.values()].filter((task) => task.holdsResources)),
    ...agents.flatMap(({ executors }) => [...executors.values()]),
  ];
}

/**
 * What is wrong with the books, one text a finding. An agent may report tasks that use more than it has left
 * after offers: that is known as overcommitted, and nothing of it is free.
 */
export function bookErrors(state: MasterState): string[] {
  const held = holdings(state);
  return [...stockErrors(state, held), ...quotaErrors(state, held), ...shareErrors(state, held)];
}

function stockErrors(state: MasterState, held: readonly Holding[]): string[] {
  return [...state.allocator.agents.values()].flatMap(({ id, total, free, overcommitted }) => {
    const given = held.filter(({ agentId }) => agentId === id).flatMap(({ resources }) => resources);
    const all = addResources(
      free,
      given.filter((resource) => !isShared(resource)),
    );
    const own = total.filter((resource) => !isShared(resource));
    const both = free.filter(({ identity }) =>
      overcommitted.some((resource) => resource.identity === identity),
    );
    if (equalResources(all, addResources(own, overcommitted)) && both.length === 0) return [];
    const text = `${id} has ${printResources(own)} but ${printResources(all)} is free or given out`;
    return [`${text}, of which ${printResources(overcommitted) || 'nothing'} is known to be too much`];
  });
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
  const kept = [...allocator.use].flatMap(([role, { reserved, unreserved }]) => [
    [`reserved ${role}`, reserved] as const,
    [`unreserved ${role}`, unreserved] as const,
  ]);
  const names = new Set([...sums.keys(), ...kept.map(([key]) => key)]);
  const keptBy = new Map<string, ReadonlyMap<string, number>>(kept);
  return [
    ...differ('headroom', allocator.headroom, headroom),
    ...[...names].flatMap((key) => differ(key, keptBy.get(key) ?? new Map(), sums.get(key) ?? new Map())),
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

/** What a role has is what its frameworks and the roles below it have. */
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

function differ(what: string, kept: ReadonlyMap<string, number>, sum: ReadonlyMap<string, number>): string[] {
  return [...new Set([...kept.keys(), ...sum.keys()])].flatMap((name) => {
    const [one, other] = [kept.get(name) ?? 0, sum.get(name) ?? 0];
    return one === other ? [] : [`${what}: ${name} is kept as ${one} and is ${other}`];
  });
}
