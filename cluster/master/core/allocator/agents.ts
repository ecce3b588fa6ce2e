/**
 * The allocator's agents: their total, free, shared and overcommitted resources.
 *
 * Always true: the totals of the role tree, the reservations of roles and the headroom follow each change of an agent.
 */

import { addQuantities, addScalars } from '../../../model/quantities';
import { addResources, type Resources, subtractResources, unallocated } from '../../../model/resources';
import { isShared } from '../../../model/volumes';
import { type AgentFacts, PLAIN_AGENT } from '../offer-constraints/agent-facts';
import { hasNothingToOffer } from './nothing-to-offer';
import { addReserved, type QuotaUse, quotaQuantities, useOf } from './quota-use';
import type { AllocatorAgent, AllocatorState } from './state';

/** Adds an agent, or replaces a known one. `used` is not free, but counts for no framework. */
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
 * Replaces an agent's resources after a reservation or volume was made or removed; amounts stay the same. `free` are
 * its free resources now; without it only offered or used resources were converted.
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

/** Changes an agent's resources. Allocations stay, also those beyond the new total, which are overcommitted then. */
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
 * Moves consumed quota between unreserved and reserved when allocated resources are reserved or unreserved: a
 * reservation counts for quotas whether used or not, so its use must not count twice. Quotas are of top-level roles,
 * and the role that uses a reservation has the same top-level role as the reservation.
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

/** Forgets an agent, and its filters unless it is added again at once (`comesBack`). */
export function removeAgent(state: AllocatorState, id: string, comesBack = false): void {
  const agent = state.agents.get(id);
  if (!agent) return;
  countTotal(state, agent.total, -1);
  countFree(state, agent.free, -1);
  // The agent's reservations no longer count against quotas, so withheld resources may be offered elsewhere.
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

/** Makes an agent a candidate of the next run. */
export function considerAgent(state: AllocatorState, id: string): void {
  if (state.agents.has(id)) state.dirty.add(id);
}

/** Makes every agent that has something to offer a candidate of the next run. */
export function considerAll(state: AllocatorState): void {
  for (const agent of state.agents.values()) if (!hasNothingToOffer(state, agent)) state.dirty.add(agent.id);
}

/** The allocated resources of an agent: offered or used, overcommitted ones and copies of shared ones included. */
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

/** Removes all filters of an agent whose attributes changed: frameworks refused it as it was before. */
export function clearAgentFilters(state: AllocatorState, id: string): void {
  for (const framework of state.frameworks.values()) framework.filters.delete(id);
  considerAgent(state, id);
}
