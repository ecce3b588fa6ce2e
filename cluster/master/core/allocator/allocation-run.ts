/**
 * One allocation run in two stages: roles below their guarantee first, then all roles, each in the fair order. Offers
 * are coarse: the first framework that passes gets all free resources of the agent for its role, within quotas (Mesos
 * 1.11 src/master/allocator/mesos/hierarchical.cpp, __allocate).
 *
 * Although headroom is kept for guarantees, they have a stage of their own: headroom is only a quantity, and frameworks
 * with filters or few capabilities might not be able to use what is left of it. First in line they have more choice.
 */

import { type Random, shuffle } from '../../../model/random';
import { addResources, NO_RESOURCES, type Resources, reservedRole } from '../../../model/resources';
import { isStrictSubrole, topRole } from '../../../model/roles';
import type { Millis } from '../../../model/time';
import { isShared } from '../../../model/volumes';
import { allocateResources } from './allocated';
import {
  type Budget,
  chargeBudget,
  guaranteedResources,
  missingGuarantee,
  openBudget,
  unsatisfiedRoles,
  withinQuota,
} from './budget';
import { type RandomSorterOptions, type VisitResult, walk, walkNode } from './fair-order';
import { agentReason, allocatableTo, availableTo, offerReason, type Pair } from './match';
import { hasNothingToOffer } from './nothing-to-offer';
import { isBefore } from './ranked';
import { type Client, type RoleNode, sortQueues } from './role-tree';
import type { AllocationKey, AllocatorAgent, AllocatorState } from './state';

export interface Allocation extends AllocationKey {
  readonly resources: Resources;
}

/**
 * Allocates the free resources of the candidates (`dirty`); nothing while the allocator is paused. Agents are visited
 * in random order, as in the original, so that no agent is always offered first.
 */
export function allocate(state: AllocatorState, random: Random, now: Millis): Allocation[] {
  if (state.pausedUntil !== undefined) return [];
  const candidates = shuffle(random, [...state.dirty]).flatMap((id) => state.agents.get(id) ?? []);
  state.dirty.clear();
  state.lastRunAt = now;
  state.runs += 1;
  if (state.roles.root.queue.length === 0) return [];
  sortQueues(state.roles);
  const run: Run = {
    state,
    now,
    sorters: randomSorterOptions(state, random),
    budget: openBudget(state),
    made: new Map(),
  };
  if (run.budget) {
    for (const { id } of candidates) state.withheld.delete(id);
    if (unsatisfiedRoles(run.budget).length > 0)
      for (const agent of candidates) meetGuarantees(run, run.budget, agent);
  }
  for (const agent of candidates) offerToAll(run, agent);
  return [...run.made.values()];
}

interface Run {
  readonly state: AllocatorState;
  readonly now: Millis;
  readonly sorters: RandomSorterOptions;
  readonly budget: Budget | undefined;
  /** Allocations of this run by agent, framework and role, which become one offer each. */
  readonly made: Map<string, Allocation>;
}

function randomSorterOptions({ options }: AllocatorState, random: Random): RandomSorterOptions {
  return { random, roles: options.randomRoles, frameworks: options.randomFrameworks };
}

/** The first stage: offers an agent to roles below their guarantee, in their fair order. */
function meetGuarantees(run: Run, budget: Budget, agent: AllocatorAgent): void {
  const { state } = run;
  if (agentReason(state, agent) !== undefined) return;
  const offered: OfferedShared = { resources: NO_RESOURCES };
  const nodes = unsatisfiedRoles(budget).flatMap((role) => state.roles.nodes.get(role) ?? []);
  const wanting = nodes.filter((node: RoleNode) => node.position >= 0);
  for (const node of wanting.sort((a, b) => (isBefore(a, b) ? -1 : 1))) {
    const visitor = {
      concerns: () => true,
      visit: (client: Client) => visitUnmet(run, budget, { agent, client, offered }),
    };
    walkNode(state.roles, node, visitor, run.sorters);
  }
}

/** The shared resources of an agent that this run has offered: each is offered once a run, to one framework. */
interface OfferedShared {
  resources: Resources;
}

interface Visit {
  readonly agent: AllocatorAgent;
  readonly client: Client;
  readonly offered: OfferedShared;
}

/**
 * Offers to a role below its guarantee, if the agent has anything that the guarantee lacks; otherwise its reservations
 * wait for the second stage, too. So do reservations of ancestors: the original has none here, since only its top-level
 * roles have quotas.
 */
function visitUnmet(run: Run, budget: Budget, visit: Visit): VisitResult {
  const pair = pairOf(run.state, visit);
  if (missingGuarantee(budget, topRole(pair.role)).size === 0) return 'done';
  const available = availableTo(visit.agent, pair.role, visit.offered.resources);
  if (available.length === 0) return 'next role';
  const all = allocatableTo(run.state, pair, available);
  if (typeof all === 'string') return 'next';
  const exact = all.filter(
    (resource) => reservedRole(resource) === '*' || reservedRole(resource) === pair.role,
  );
  const { resources, owed } = guaranteedResources(budget, pair.role, exact);
  if (owed.size === 0) return 'next';
  if (offerReason(run.state, pair, { resources, wasMore: true, now: run.now })) return 'next';
  chargeBudget(budget, pair.role, resources, owed);
  offer(run, pair, resources, visit.offered);
  return 'next';
}

/** The second stage: offers an agent to all clients in the fair order. */
function offerToAll(run: Run, agent: AllocatorAgent): void {
  const { state } = run;
  if (hasNothingToOffer(state, agent) || agentReason(state, agent) !== undefined) return;
  const offered: OfferedShared = { resources: NO_RESOURCES };
  const visit = (client: Client): VisitResult => visitAny(run, { agent, client, offered });
  walk(state.roles, { concerns: (role) => concerns(agent, role), visit }, run.sorters);
}

/** True when the agent may have resources for this role or one below it. */
function concerns({ free, shared }: AllocatorAgent, role: string): boolean {
  const isFor = (owner: string): boolean =>
    owner === '*' || owner === role || isStrictSubrole(role, owner) || isStrictSubrole(owner, role);
  return (
    free.some((resource) => isFor(reservedRole(resource))) ||
    shared.some((resource) => isFor(reservedRole(resource)))
  );
}

function visitAny(run: Run, visit: Visit): VisitResult {
  const { state, budget, now } = run;
  const pair = pairOf(state, visit);
  const available = availableTo(visit.agent, pair.role, visit.offered.resources);
  if (available.length === 0) return 'next role';
  const all = allocatableTo(state, pair, available);
  if (typeof all === 'string') return 'next';
  const resources = budget ? withinQuota(budget, pair.role, all) : all;
  if (resources !== all) state.withheld.add(visit.agent.id);
  if (offerReason(state, pair, { resources, wasMore: resources !== all, now })) return 'next';
  if (budget) chargeBudget(budget, pair.role, resources, new Map());
  offer(run, pair, resources, visit.offered);
  return hasNothingToOffer(state, visit.agent) ? 'done' : 'next';
}

function pairOf(state: AllocatorState, { agent, client }: Visit): Pair {
  const framework = state.frameworks.get(client.name);
  if (!framework)
    throw new Error(`the sorter of role ${client.role} has the unknown framework ${client.name}`);
  return { agent, framework, role: client.role };
}

function offer(
  run: Run,
  { agent, framework, role }: Pair,
  resources: Resources,
  offered: OfferedShared,
): void {
  const key = { frameworkId: framework.id, agentId: agent.id, role };
  allocateResources(run.state, key, resources);
  if (agent.shared.length > 0)
    offered.resources = addResources(offered.resources, resources.filter(isShared));
  const name = `${agent.id} ${framework.id} ${role}`;
  const before = run.made.get(name);
  run.made.set(name, { ...key, resources: before ? addResources(before.resources, resources) : resources });
}
