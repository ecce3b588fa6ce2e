/**
 * The allocator's agents: their totals, and what of it is free, shared and counted by quotas.
 *
 * Always true: the totals of the role tree and the headroom follow each change of an agent.
 */

import { addQuantities, addScalars } from '../../../model/quantities';
import { addResources, type Resources, subtractResources, unallocated } from '../../../model/resources';
import { isShared } from '../../../model/volumes';
import { type AgentFacts, PLAIN_AGENT } from '../offer-constraints/agent-facts';
import { hasNothingToOffer } from './nothing-to-offer';
import { addReserved, type QuotaUse, quotaQuantities, useOf } from './quota-use';
import type { AllocatorAgent, AllocatorState } from './state';

/** Adds an agent, or what is new of a known one. Of `used` the quantities count as taken, by nobody. */
export function addAgent(
  state: AllocatorState,
  agent: { readonly id: string; readonly total: Resources; readonly facts?: AgentFacts },
  used: Resources = [],
): void {
  const { id, total, facts = PLAIN_AGENT } = agent;
  const unsharedTotal = unshared(total);
  const unsharedUse = unshared(withoutAllocationInfo(used));
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

export function countFree(state: AllocatorState, free: Resources, sign: 1 | -1): void {
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

export function unshared(resources: Resources): Resources {
  return resources.some(isShared) ? resources.filter((resource) => !isShared(resource)) : resources;
}

export function withoutAllocationInfo(resources: Resources): Resources {
  return resources.some(({ meta }) => meta.allocation_info) ? unallocated(resources) : resources;
}

/**
 * Removes the filters of an agent that reports other attributes or capabilities: they were about the
 * earlier ones.
 */
export function clearAgentFilters(state: AllocatorState, id: string): void {
  for (const framework of state.frameworks.values()) framework.filters.delete(id);
  considerAgent(state, id);
}
