/**
 * The allocator's state: agents and frameworks, as far as they decide on offers.
 *
 * Always true: of what is not shared, total + overcommitted = free + allocated for each agent, where allocated is
 * what is offered or used, and nothing is both free and overcommitted; shared resources are offered from total,
 * however many have them; what a framework and a role have (roles) is the sum of what they have allocated on
 * all agents; `headroom` is the free part of all agents that quotas count.
 */

import { addQuantities, addScalars, type Quantities } from '../../../model/quantities';
import {
  addResources,
  containsResources,
  NO_RESOURCES,
  type Resources,
  subtractResources,
  unallocated,
} from '../../../model/resources';
import { lineageOf } from '../../../model/roles';
import type { Millis } from '../../../model/time';
import { isPersistentVolume, isShared } from '../../../model/volumes';
import { type AgentFacts, PLAIN_AGENT } from '../offer-constraints/agent-facts';
import { type FrameworkFacts, PLAIN_FRAMEWORK } from './facts';
import { DEFAULT_MINIMA } from './minimum';
import { hasNothingToOffer } from './nothing-to-offer';
import { addReserved, type Quota, type QuotaUse, quotaQuantities, useOf } from './quota-use';
import {
  addUsage,
  type Client,
  clientOf,
  emptyTree,
  type RoleTree,
  removeClient,
  setActive,
} from './role-tree';

export interface AllocatorState {
  readonly agents: Map<string, AllocatorAgent>;
  readonly frameworks: Map<string, AllocatorFramework>;
  readonly roles: RoleTree;
  readonly quotas: Map<string, Quota>;
  readonly use: QuotaUse;
  /** Milli-units that are free on all agents and that quotas count. */
  readonly headroom: Map<string, number>;
  /** Agents with something new to offer. */
  readonly dirty: Set<string>;
  /** Agents of which something was kept back for the sake of quotas. */
  readonly withheld: Set<string>;
  /** Something was given back since, so that less may have to be kept back. */
  quotaMoved: boolean;
  /** Time of the last reconsideration. */
  withheldAt: Millis;
  /** Host names that offers are made of; undefined for all. */
  whitelist: ReadonlySet<string> | undefined;
  /** Number of agents that must be there before the first offer; undefined when offers have begun. */
  pausedUntil: number | undefined;
  /** Number of frameworks with minima of their own. */
  ownMinima: number;
  options: AllocatorOptions;
  /** Time of the next run; undefined when nothing waits. */
  dueAt: Millis | undefined;
  lastRunAt: Millis;
  /** Delay of the last run. */
  lateMs: Millis;
  runs: number;
}

export interface AllocatorOptions {
  readonly minima: readonly Quantities[];
  readonly filterGpus: boolean;
  /** The region of the master. */
  readonly region: string | undefined;
  readonly randomRoles: boolean;
  readonly randomFrameworks: boolean;
}

export interface AllocatorAgent {
  readonly id: string;
  total: Resources;
  free: Resources;
  /** Allocations beyond the total: an agent may have less than before while tasks still use it. */
  overcommitted: Resources;
  /** The shared part of total. */
  shared: Resources;
  /** The shared resources in use: each as many times as it is held. */
  sharedUse: Resources;
  active: boolean;
  facts: AgentFacts;
}

export interface AllocatorFramework {
  readonly id: string;
  active: boolean;
  roles: readonly string[];
  suppressed: ReadonlySet<string>;
  facts: FrameworkFacts;
  /** The framework's clients by role, those of roles it has left included. */
  readonly clients: Map<string, Client>;
  /** The framework's filters by agent. */
  readonly filters: Map<string, Filter[]>;
}

export interface Filter {
  readonly role: string;
  readonly resources: Resources;
  readonly until: Millis;
}

export interface AllocationKey {
  readonly frameworkId: string;
  readonly agentId: string;
  readonly role: string;
}

export function emptyAllocator(): AllocatorState {
  return {
    agents: new Map(),
    frameworks: new Map(),
    roles: emptyTree(),
    quotas: new Map(),
    use: new Map(),
    headroom: new Map(),
    dirty: new Set(),
    withheld: new Set(),
    quotaMoved: false,
    withheldAt: 0,
    whitelist: undefined,
    pausedUntil: undefined,
    ownMinima: 0,
    options: {
      minima: DEFAULT_MINIMA,
      filterGpus: true,
      region: undefined,
      randomRoles: false,
      randomFrameworks: false,
    },
    dueAt: undefined,
    lastRunAt: 0,
    lateMs: 0,
    runs: 0,
  };
}

/** Adds an agent, or what is new of a known one. Of `used` the quantities count as taken, by nobody. */
export function addAgent(
  state: AllocatorState,
  agent: { readonly id: string; readonly total: Resources; readonly facts?: AgentFacts },
  used: Resources = [],
): void {
  const { id, total, facts = PLAIN_AGENT } = agent;
  const [unsharedTotal, unsharedUse] = [unshared(total), unshared(withoutAllocationInfo(used))];
  const free = subtractResources(unsharedTotal, unsharedUse);
  const overcommitted = subtractResources(unsharedUse, unsharedTotal);
  const shared = total.filter(isShared);
  const sharedUse = withoutAllocationInfo(used).filter(isShared);
  state.agents.set(id, { id, total, free, overcommitted, shared, sharedUse, active: true, facts });
  countTotal(state, total, 1);
  countFree(state, free, 1);
  state.dirty.add(id);
  if (state.pausedUntil !== undefined && state.agents.size >= state.pausedUntil)
    state.pausedUntil = undefined;
}

function countTotal(state: AllocatorState, total: Resources, sign: 1 | -1): void {
  addScalars(state.roles.total, total, sign);
  addReserved(state.use, total, sign);
  state.roles.stale = true;
}

function countFree(state: AllocatorState, free: Resources, sign: 1 | -1): void {
  addQuantities(state.headroom, quotaQuantities(free), sign);
  if (sign > 0) state.quotaMoved = true;
}

/**
 * An agent's resources became others of the same amount, by a reservation or a volume. `free` is what is
 * free of them now; without it what became others is offered or used.
 */
export function convertAgent(
  state: AllocatorState,
  id: string,
  after: { readonly total: Resources; readonly free?: Resources },
): void {
  const agent = state.agents.get(id);
  if (!agent) return;
  const before = { total: agent.total, free: agent.free };
  countTotal(state, agent.total, -1);
  agent.total = after.total;
  agent.shared = after.total.filter(isShared);
  agent.sharedUse = agent.sharedUse.filter(({ identity }) =>
    agent.shared.some((volume) => volume.identity === identity),
  );
  countTotal(state, agent.total, 1);
  if (after.free) {
    countFree(state, agent.free, -1);
    agent.free = unshared(after.free);
    countFree(state, agent.free, 1);
  }
  moveUse(state, before, agent);
  state.dirty.add(id);
}

/** An agent has other resources than before; what is allocated of it stays allocated. */
export function resizeAgent(state: AllocatorState, id: string, total: Resources): void {
  const agent = state.agents.get(id);
  if (!agent) return;
  const allocated = unshared(allocatedOf(agent));
  const unsharedTotal = unshared(total);
  convertAgent(state, id, { total, free: subtractResources(unsharedTotal, allocated) });
  agent.overcommitted = subtractResources(allocated, unsharedTotal);
}

interface AgentResources {
  readonly total: Resources;
  readonly free: Resources;
}

/**
 * Moves use between unreserved and reserved resources when a reservation is made or removed. A reservation
 * is for the role that uses it, or has the same top.
 */
function moveUse(state: AllocatorState, before: AgentResources, after: AgentResources): void {
  const moved = usedUnreserved(after);
  addQuantities(moved, usedUnreserved(before), -1);
  if (![...moved.values()].some((milli) => milli !== 0)) return;
  const reserved: QuotaUse = new Map();
  addReserved(reserved, after.total, 1);
  addReserved(reserved, after.free, -1);
  addReserved(reserved, before.total, -1);
  addReserved(reserved, before.free, 1);
  for (const [role, { reserved: more }] of reserved) {
    const changed = [...more].filter(([name]) => moved.get(name));
    addQuantities(useOf(state.use, role).unreserved, new Map(changed), -1);
  }
}

function usedUnreserved({ total, free }: AgentResources): Map<string, number> {
  const used = quotaQuantities(total);
  addQuantities(used, quotaQuantities(free), -1);
  return used;
}

/** Forgets an agent. Refusals of it are forgotten, too, unless it comes back at once. */
export function removeAgent(state: AllocatorState, id: string, comesBack = false): void {
  const agent = state.agents.get(id);
  if (!agent) return;
  countTotal(state, agent.total, -1);
  countFree(state, agent.free, -1);
  // What is reserved there does not count for its role's quota any more.
  state.quotaMoved = true;
  state.agents.delete(id);
  state.dirty.delete(id);
  state.withheld.delete(id);
  if (!comesBack) clearAgentFilters(state, id);
}

export function setAgentActive(state: AllocatorState, id: string, active: boolean): void {
  const agent = state.agents.get(id);
  if (!agent) return;
  agent.active = active;
  if (active) state.dirty.add(id);
}

/**
 * Removes the filters of an agent that reports other attributes or capabilities: they were about the
 * earlier ones.
 */
export function clearAgentFilters(state: AllocatorState, id: string): void {
  for (const framework of state.frameworks.values()) framework.filters.delete(id);
  considerAgent(state, id);
}

/**
 * Adds a framework or changes it; what it has allocated stays, and what it refused in roles that are as
 * before.
 */
export function setFramework(
  state: AllocatorState,
  id: string,
  change: {
    readonly active: boolean;
    readonly roles: readonly string[];
    readonly suppressed: ReadonlySet<string>;
    readonly facts?: FrameworkFacts;
  },
): void {
  const { facts = PLAIN_FRAMEWORK, ...rest } = change;
  const existing = state.frameworks.get(id);
  const framework: AllocatorFramework = existing ?? {
    id,
    facts,
    ...rest,
    clients: new Map(),
    filters: new Map(),
  };
  const wanted = new Set(existing?.active ? wantedRoles(existing) : []);
  const left = framework.roles.filter((role) => !rest.roles.includes(role));
  const revived = rest.roles.filter((role) => framework.suppressed.has(role) && !rest.suppressed.has(role));
  if (existing) state.ownMinima -= hasMinima(framework);
  Object.assign(framework, rest, { facts });
  state.ownMinima += hasMinima(framework);
  state.frameworks.set(id, framework);
  dropFilters(framework, new Set([...left, ...revived]));
  syncClients(state, framework);
  const isMore = change.active && (wantedRoles(framework).some((role) => !wanted.has(role)) || existing);
  if (isMore) considerAll(state);
}

function hasMinima({ facts }: AllocatorFramework): number {
  return facts.minima.size > 0 ? 1 : 0;
}

/** The roles in which it wants offers. */
export function wantedRoles({ roles, suppressed }: AllocatorFramework): readonly string[] {
  return roles.filter((role) => !suppressed.has(role));
}

function syncClients(state: AllocatorState, framework: AllocatorFramework): void {
  for (const role of framework.roles) clientFor(state, framework, role);
  for (const [role, client] of framework.clients) {
    const isMember = framework.roles.includes(role);
    setActive(state.roles, client, framework.active && isMember && !framework.suppressed.has(role));
    if (!isMember && client.use.size === 0) forgetClient(state, framework, role, client);
  }
}

function forgetClient(
  state: AllocatorState,
  framework: AllocatorFramework,
  role: string,
  client: Client,
): void {
  removeClient(state.roles, client);
  framework.clients.delete(role);
}

function clientFor(state: AllocatorState, framework: AllocatorFramework, role: string): Client {
  const existing = framework.clients.get(role);
  if (existing) return existing;
  const client = clientOf(state.roles, framework.id, role);
  framework.clients.set(role, client);
  return client;
}

/** Without the framework's connection its refusals mean nothing. */
export function deactivateFramework(state: AllocatorState, id: string): void {
  const framework = state.frameworks.get(id);
  if (!framework) return;
  framework.active = false;
  framework.filters.clear();
  syncClients(state, framework);
}

export function removeFramework(state: AllocatorState, id: string): void {
  const framework = state.frameworks.get(id);
  if (!framework) return;
  for (const client of framework.clients.values()) removeClient(state.roles, client);
  state.ownMinima -= hasMinima(framework);
  state.frameworks.delete(id);
}

/** Takes refusals back, so that everything free is considered again. */
export function clearFilters(state: AllocatorState, id: string, roles: ReadonlySet<string>): void {
  const framework = state.frameworks.get(id);
  if (!framework) return;
  dropFilters(framework, roles);
  considerAll(state);
}

function dropFilters(framework: AllocatorFramework, roles: ReadonlySet<string>): void {
  if (roles.size === 0) return;
  for (const [agentId, filters] of framework.filters) {
    const remaining = filters.filter(({ role }) => !roles.has(role));
    if (remaining.length > 0) framework.filters.set(agentId, remaining);
    else framework.filters.delete(agentId);
  }
}

export function addFilter(state: AllocatorState, frameworkId: string, agentId: string, filter: Filter): void {
  const framework = state.frameworks.get(frameworkId);
  if (!framework) return;
  framework.filters.set(agentId, [...(framework.filters.get(agentId) ?? []), filter]);
}

/** Drops refusals whose time is over; the agent is considered again. */
export function expireFilters(
  state: AllocatorState,
  frameworkId: string,
  agentId: string,
  now: Millis,
): void {
  const framework = state.frameworks.get(frameworkId);
  const filters = framework?.filters.get(agentId);
  if (!framework || !filters) return;
  const remaining = filters.filter(({ until }) => until > now);
  if (remaining.length > 0) framework.filters.set(agentId, remaining);
  else framework.filters.delete(agentId);
  considerAgent(state, agentId);
}

/** Takes resources out of what is free, for a framework in a role. */
export function allocateResources(state: AllocatorState, key: AllocationKey, resources: Resources): void {
  const unallocatedParts = withoutAllocationInfo(resources);
  const agent = state.agents.get(key.agentId);
  if (agent) {
    const unsharedParts = unshared(unallocatedParts);
    const lacking = containsResources(agent.free, unsharedParts)
      ? NO_RESOURCES
      : subtractResources(unsharedParts, agent.free);
    agent.free = subtractResources(agent.free, unsharedParts);
    if (lacking.length > 0) agent.overcommitted = addResources(agent.overcommitted, lacking);
    if (unsharedParts.length < unallocatedParts.length)
      agent.sharedUse = addResources(agent.sharedUse, unallocatedParts.filter(isShared));
    countFree(state, subtractResources(unsharedParts, lacking), -1);
  }
  count(state, key, unallocatedParts, 1);
}

/** Gives resources back. */
export function recoverResources(state: AllocatorState, key: AllocationKey, resources: Resources): void {
  const unallocatedParts = withoutAllocationInfo(resources);
  const agent = state.agents.get(key.agentId);
  if (agent) {
    const unsharedParts = unshared(unallocatedParts);
    const back = agent.overcommitted.length === 0 ? unsharedParts : repayOvercommitted(agent, unsharedParts);
    agent.free = addResources(agent.free, asInTotal(agent, back));
    if (unsharedParts.length < unallocatedParts.length)
      agent.sharedUse = subtractResources(agent.sharedUse, unallocatedParts.filter(isShared));
    countFree(state, back, 1);
    state.dirty.add(key.agentId);
  }
  count(state, key, unallocatedParts, -1);
}

/**
 * Returned resources make up for over-allocation first; the result is the free rest.
 */
function repayOvercommitted(agent: AllocatorAgent, released: Resources): Resources {
  const rest = subtractResources(released, agent.overcommitted);
  agent.overcommitted = subtractResources(agent.overcommitted, released);
  return rest;
}

/** A volume that comes back is mounted nowhere any more: it is as the agent has it, not as a task used it. */
function asInTotal({ total }: AllocatorAgent, back: Resources): Resources {
  if (!back.some(isPersistentVolume)) return back;
  return back.map((resource) =>
    isPersistentVolume(resource)
      ? (total.find(({ identity }) => identity === resource.identity) ?? resource)
      : resource,
  );
}

function count(state: AllocatorState, key: AllocationKey, resources: Resources, sign: 1 | -1): void {
  const quantities = quotaQuantities(resources);
  if (quantities.size > 0)
    for (const role of lineageOf(key.role))
      addQuantities(useOf(state.use, role).unreserved, quantities, sign);
  const framework = state.frameworks.get(key.frameworkId);
  if (!framework) return;
  const client = clientFor(state, framework, key.role);
  addUsage(state.roles, client, key.agentId, { resources, sign });
  if (sign < 0 && client.use.size === 0 && !framework.roles.includes(key.role))
    forgetClient(state, framework, key.role, client);
}

/** Considers an agent at the next run. */
export function considerAgent(state: AllocatorState, id: string): void {
  if (state.agents.has(id)) state.dirty.add(id);
}

/** Considers every agent that has something to offer at the next run. */
export function considerAll(state: AllocatorState): void {
  for (const agent of state.agents.values()) if (!hasNothingToOffer(state, agent)) state.dirty.add(agent.id);
}

/** The allocated resources of an agent: offered or used. */
export function allocatedOf({ total, free, overcommitted, shared, sharedUse }: AllocatorAgent): Resources {
  const held = overcommitted.length === 0 ? total : addResources(total, overcommitted);
  if (shared.length === 0) return free.length === 0 ? held : subtractResources(held, free);
  return addResources(subtractResources(unshared(held), free), sharedUse);
}

export function setWeights(state: AllocatorState, weights: ReadonlyMap<string, number>): void {
  state.roles.weights = weights;
  state.roles.stale = true;
}

/** A role's quota; undefined for none. Everything is looked at anew. */
export function setQuota(state: AllocatorState, role: string, quota: Quota | undefined): void {
  if (quota) state.quotas.set(role, quota);
  else state.quotas.delete(role);
  considerAll(state);
}

function unshared(resources: Resources): Resources {
  return resources.some(isShared) ? resources.filter((resource) => !isShared(resource)) : resources;
}

function withoutAllocationInfo(resources: Resources): Resources {
  return resources.some(({ meta }) => meta.allocation_info) ? unallocated(resources) : resources;
}
