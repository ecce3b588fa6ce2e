/**
 * Resources allocated to frameworks and recovered from them.
 *
 * Always true: total + overcommitted = free + allocated for each agent, of what is not shared.
 */

import { addQuantities } from '../../../model/quantities';
import {
  addResources,
  containsResources,
  NO_RESOURCES,
  type Resources,
  subtractResources,
} from '../../../model/resources';
import { lineageOf } from '../../../model/roles';
import { isPersistentVolume, isShared } from '../../../model/volumes';
import { countFree, unshared, withoutAllocationInfo } from './agents';
import { clientFor, forgetClient } from './frameworks';
import { quotaQuantities, useOf } from './quota-use';
import { addUsage } from './role-tree';
import type { AllocationKey, AllocatorAgent, AllocatorState } from './state';

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

export function count(state: AllocatorState, key: AllocationKey, resources: Resources, sign: 1 | -1): void {
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
