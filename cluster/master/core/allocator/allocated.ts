/**
 * Allocation of resources to frameworks, and their recovery.
 *
 * Always true: for the unshared resources of each agent, total + overcommitted = free + allocated.
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

/** Allocates resources of an agent to a framework in a role. Those that are not free are counted as overcommitted. */
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

/** Recovers resources from a framework. Overcommitted ones are settled first; the rest is free again. */
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

/** Settles overcommitted resources with released ones; returns the released resources that are free. */
function repayOvercommitted(agent: AllocatorAgent, released: Resources): Resources {
  const rest = subtractResources(released, agent.overcommitted);
  agent.overcommitted = subtractResources(agent.overcommitted, released);
  return rest;
}

/** Volumes as the agent's total has them, without the mount of the task that used them. */
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
