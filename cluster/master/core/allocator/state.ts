/**
 * What the allocator keeps of agents and frameworks to decide who is offered what.
 *
 * Always true: for each agent, free = total - allocated, where allocated is what is offered or used; a
 * framework's share is the sum of what it has allocated on all agents.
 */

import { addScalars } from '../../../model/quantities';
import { addResources, type Resources, subtractResources, unallocated } from '../../../model/resources';
import type { Millis } from '../../../model/time';

export interface AllocatorState {
  readonly agents: Map<string, AllocatorAgent>;
  readonly frameworks: Map<string, AllocatorFramework>;
  /** Milli-units of each scalar over all agents. */
  readonly total: Map<string, number>;
  /** How much more a role may have before it counts as much; 1 without an entry. */
  weights: ReadonlyMap<string, number>;
  /** Agents with something new to offer. */
  readonly dirty: Set<string>;
  /** When the next run is due; undefined when nothing waits. */
  dueAt: Millis | undefined;
  lastRunAt: Millis;
  runs: number;
}

export interface AllocatorAgent {
  readonly id: string;
  total: Resources;
  free: Resources;
  active: boolean;
}

export interface AllocatorFramework {
  readonly id: string;
  active: boolean;
  roles: readonly string[];
  suppressed: ReadonlySet<string>;
  /** Milli-units of each scalar, by role. */
  readonly allocated: Map<string, Map<string, number>>;
  /** What it refused, by agent. */
  readonly filters: Map<string, Filter[]>;
}

export interface Filter {
  readonly role: string;
  readonly resources: Resources;
  readonly until: Millis;
}

export function emptyAllocator(): AllocatorState {
  return {
    agents: new Map(),
    frameworks: new Map(),
    total: new Map(),
    weights: new Map(),
    dirty: new Set(),
    dueAt: undefined,
    lastRunAt: 0,
    runs: 0,
  };
}

export function addAgent(state: AllocatorState, id: string, total: Resources, used: Resources): void {
  state.agents.set(id, { id, total, free: subtractResources(total, unallocated(used)), active: true });
  addScalars(state.total, total, 1);
  state.dirty.add(id);
}

/**
 * An agent's resources became others of the same amount, by a reservation or a volume. What was free of them,
 * or else is offered or used, is the caller's to say.
 */
export function convertAgent(
  state: AllocatorState,
  id: string,
  after: { readonly total: Resources; readonly free?: Resources },
): void {
  const agent = state.agents.get(id);
  if (!agent) return;
  addScalars(state.total, agent.total, -1);
  agent.total = after.total;
  addScalars(state.total, agent.total, 1);
  if (after.free) agent.free = after.free;
  state.dirty.add(id);
}

export function removeAgent(state: AllocatorState, id: string): void {
  const agent = state.agents.get(id);
  if (!agent) return;
  addScalars(state.total, agent.total, -1);
  state.agents.delete(id);
  state.dirty.delete(id);
  for (const framework of state.frameworks.values()) framework.filters.delete(id);
}

export function setAgentActive(state: AllocatorState, id: string, active: boolean): void {
  const agent = state.agents.get(id);
  if (!agent) return;
  agent.active = active;
  if (active) state.dirty.add(id);
}

/** Adds a framework or changes its roles; what it has allocated and refused stays. */
export function setFramework(
  state: AllocatorState,
  id: string,
  change: { active: boolean; roles: readonly string[]; suppressed: ReadonlySet<string> },
): void {
  const known = state.frameworks.get(id);
  if (known) Object.assign(known, change);
  else state.frameworks.set(id, { id, ...change, allocated: new Map(), filters: new Map() });
  if (change.active) markAll(state);
}

/** Without the framework's connection its refusals mean nothing. */
export function deactivateFramework(state: AllocatorState, id: string): void {
  const framework = state.frameworks.get(id);
  if (!framework) return;
  framework.active = false;
  framework.filters.clear();
}

export function removeFramework(state: AllocatorState, id: string): void {
  state.frameworks.delete(id);
}

/** Takes refusals back, so that everything free is considered again. */
export function clearFilters(state: AllocatorState, id: string, roles: ReadonlySet<string>): void {
  const framework = state.frameworks.get(id);
  if (!framework) return;
  for (const [agentId, filters] of framework.filters) {
    const kept = filters.filter(({ role }) => !roles.has(role));
    if (kept.length > 0) framework.filters.set(agentId, kept);
    else framework.filters.delete(agentId);
  }
  markAll(state);
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
  const kept = filters.filter(({ until }) => until > now);
  if (kept.length > 0) framework.filters.set(agentId, kept);
  else framework.filters.delete(agentId);
  if (state.agents.has(agentId)) state.dirty.add(agentId);
}

/** Takes resources out of what is free, for a framework in a role. */
export function take(state: AllocatorState, key: AllocationKey, resources: Resources): void {
  const agent = state.agents.get(key.agentId);
  const bare = unallocated(resources);
  if (agent) agent.free = subtractResources(agent.free, bare);
  addScalars(sharesOf(state, key), bare, 1);
}

/** Gives resources back. */
export function recover(state: AllocatorState, key: AllocationKey, resources: Resources): void {
  const agent = state.agents.get(key.agentId);
  const bare = unallocated(resources);
  if (agent) {
    agent.free = addResources(agent.free, bare);
    state.dirty.add(key.agentId);
  }
  if (state.frameworks.has(key.frameworkId)) addScalars(sharesOf(state, key), bare, -1);
}

export interface AllocationKey {
  readonly frameworkId: string;
  readonly agentId: string;
  readonly role: string;
}

/** Considers an agent at the next run. */
export function markAgent(state: AllocatorState, id: string): void {
  if (state.agents.has(id)) state.dirty.add(id);
}

/** Considers every agent at the next run. */
export function markAll(state: AllocatorState): void {
  for (const id of state.agents.keys()) state.dirty.add(id);
}

/** What is allocated of an agent: offered or used. */
export function allocatedOf(agent: AllocatorAgent): Resources {
  return agent.free.length === 0 ? agent.total : subtractResources(agent.total, agent.free);
}

function sharesOf(state: AllocatorState, { frameworkId, role }: AllocationKey): Map<string, number> {
  const framework = state.frameworks.get(frameworkId);
  if (!framework) return new Map();
  let shares = framework.allocated.get(role);
  if (!shares) {
    shares = new Map();
    framework.allocated.set(role, shares);
  }
  return shares;
}
