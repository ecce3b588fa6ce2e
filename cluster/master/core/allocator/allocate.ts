/**
 * One allocation run: roles below their guarantee first, then all roles, each in the fair order. Offers are coarse: the
 * first framework that passes gets all that is free on the agent for its role, as far as quotas let it
 * (Mesos 1.11 src/master/allocator/mesos/hierarchical.cpp).
 */

import { type Random, shuffle } from '../../../model/random';
import { addResources, NO_RESOURCES, type Resources, reservedRole } from '../../../model/resources';
import { isStrictSubrole, topRole } from '../../../model/roles';
import type { Millis } from '../../../model/time';
import { isShared } from '../../../model/volumes';
import { isBarren } from './barren';
import { affordable, type Budget, book, guaranteed, lacks, openBudget, unsatisfied } from './budget';
import { type Lots, type Verdict, walk, walkNode } from './fair-order';
import { agentReason, availableTo, offerReason, type Pair, takeable } from './match';
import { isBefore } from './ranked';
import { type Contender, type RoleNode, refresh } from './role-tree';
import { type AllocationKey, type AllocatorAgent, type AllocatorState, take } from './state';

export interface Allocation extends AllocationKey {
  readonly resources: Resources;
}

/** Hands out what is free on the dirty agents and remembers it as allocated. Nothing while it is paused. */
export function allocate(state: AllocatorState, random: Random, now: Millis): Allocation[] {
  if (state.pausedUntil !== undefined) return [];
  const candidates = shuffle(random, [...state.dirty]).flatMap((id) => state.agents.get(id) ?? []);
  state.dirty.clear();
  state.lastRunAt = now;
  state.runs += 1;
  if (state.roles.root.queue.length === 0) return [];
  refresh(state.roles);
  const run: Run = { state, now, lots: lotsOf(state, random), budget: openBudget(state), made: new Map() };
  if (run.budget) {
    for (const { id } of candidates) state.withheld.delete(id);
    if (unsatisfied(run.budget).length > 0)
      for (const agent of candidates) meetGuarantees(run, run.budget, agent);
  }
  for (const agent of candidates) serveAll(run, agent);
  return [...run.made.values()];
}

interface Run {
  readonly state: AllocatorState;
  readonly now: Millis;
  readonly lots: Lots;
  readonly budget: Budget | undefined;
  /** By agent, framework and role. */
  readonly made: Map<string, Allocation>;
}

function lotsOf({ options }: AllocatorState, random: Random): Lots {
  return { random, roles: options.randomRoles, frameworks: options.randomFrameworks };
}

/** Offers an agent to roles that have less than is guaranteed to them, in their fair order. */
function meetGuarantees(run: Run, budget: Budget, agent: AllocatorAgent): void {
  const { state } = run;
  if (agentReason(state, agent) !== undefined) return;
  const offered: Shared = { resources: NO_RESOURCES };
  const nodes = unsatisfied(budget).flatMap((role) => state.roles.nodes.get(role) ?? []);
  const wanting = nodes.filter((node: RoleNode) => node.at >= 0);
  for (const node of wanting.sort((a, b) => (isBefore(a, b) ? -1 : 1))) {
    const visitor = {
      concerns: () => true,
      visit: (contender: Contender) => visitUnmet(run, budget, { agent, contender, offered }),
    };
    walkNode(state.roles, node, visitor, run.lots);
  }
}

interface Shared {
  resources: Resources;
}

interface Turn {
  readonly agent: AllocatorAgent;
  readonly contender: Contender;
  readonly offered: Shared;
}

function visitUnmet(run: Run, budget: Budget, turn: Turn): Verdict {
  const pair = pairOf(run.state, turn);
  if (lacks(budget, topRole(pair.role)).size === 0) return 'done';
  const available = availableTo(turn.agent, pair.role, turn.offered.resources);
  if (available.length === 0) return 'next role';
  const all = takeable(run.state, pair, available);
  if (typeof all === 'string') return 'next';
  const exact = all.filter(
    (resource) => reservedRole(resource) === '*' || reservedRole(resource) === pair.role,
  );
  const { resources, owed } = guaranteed(budget, pair.role, exact);
  if (owed.size === 0) return 'next';
  if (offerReason(run.state, pair, { resources, wasMore: true, now: run.now })) return 'next';
  book(budget, pair.role, resources, owed);
  offer(run, pair, resources, turn.offered);
  return 'next';
}

/** Offers what an agent has to everybody in the fair order. */
function serveAll(run: Run, agent: AllocatorAgent): void {
  const { state } = run;
  if (isBarren(state, agent) || agentReason(state, agent) !== undefined) return;
  const offered: Shared = { resources: NO_RESOURCES };
  const visit = (contender: Contender): Verdict => visitAny(run, { agent, contender, offered });
  walk(state.roles, { concerns: (role) => concerns(agent, role), visit }, run.lots);
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

function visitAny(run: Run, turn: Turn): Verdict {
  const { state, budget, now } = run;
  const pair = pairOf(state, turn);
  const available = availableTo(turn.agent, pair.role, turn.offered.resources);
  if (available.length === 0) return 'next role';
  const all = takeable(state, pair, available);
  if (typeof all === 'string') return 'next';
  const resources = budget ? affordable(budget, pair.role, all) : all;
  if (resources !== all) state.withheld.add(turn.agent.id);
  if (offerReason(state, pair, { resources, wasMore: resources !== all, now })) return 'next';
  if (budget) book(budget, pair.role, resources, new Map());
  offer(run, pair, resources, turn.offered);
  return isBarren(state, turn.agent) ? 'done' : 'next';
}

function pairOf(state: AllocatorState, { agent, contender }: Turn): Pair {
  const framework = state.frameworks.get(contender.name);
  if (!framework) throw new Error(`framework ${contender.name} stands in a queue and is unknown`);
  return { agent, framework, role: contender.leaf.node.role };
}

function offer(run: Run, { agent, framework, role }: Pair, resources: Resources, offered: Shared): void {
  const key = { frameworkId: framework.id, agentId: agent.id, role };
  take(run.state, key, resources);
  if (agent.shared.length > 0)
    offered.resources = addResources(offered.resources, resources.filter(isShared));
  const name = `${agent.id} ${framework.id} ${role}`;
  const before = run.made.get(name);
  run.made.set(name, { ...key, resources: before ? addResources(before.resources, resources) : resources });
}
