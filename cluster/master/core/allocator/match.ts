/**
 * The resources of an agent that a framework may be offered for a role, or the reason why there are none. Both the
 * allocator and `explain` (views/explain.ts) use it (rules of Mesos 1.11 src/master/allocator/mesos/hierarchical.cpp).
 */

import type { MatchWhy } from '../../../api/explain';
import type { AgentId } from '../../../model/ids';
import { amountOf } from '../../../model/quantities';
import { isAllocatableTo, isRefined } from '../../../model/reservations';
import { combine, containsResources, type Resources, subtractResources } from '../../../model/resources';
import type { Millis } from '../../../model/time';
import { isRevocable, isShared } from '../../../model/volumes';
import { isExcluded } from '../offer-constraints/constraints';
import { meetsMinima } from './minimum';
import type { AllocatorAgent, AllocatorFramework, AllocatorState } from './state';

/** The reason why an agent is not offered to a framework; `explain` tells the last two in more detail. */
export type Reason = MatchWhy | 'agent inactive' | 'quota';

export interface Pair {
  readonly agent: AllocatorAgent;
  readonly framework: AllocatorFramework;
  readonly role: string;
}

/** The reason why an agent is not offered to anybody; undefined when there is none. */
export function agentReason(state: AllocatorState, agent: AllocatorAgent): Reason | undefined {
  if (!agent.active) return 'agent inactive';
  if (state.whitelist && !state.whitelist.has(agent.facts.hostname)) return 'not whitelisted';
  return undefined;
}

/**
 * Free resources of an agent that may go to a role: unreserved ones, and reservations for it or for a role above it.
 * Shared ones count unless this run has offered them.
 */
export function availableTo(agent: AllocatorAgent, role: string, sharedOffered: Resources): Resources {
  const allocatable = agent.free.filter((resource) => isAllocatableTo(resource, role));
  if (agent.shared.length === 0) return allocatable;
  const shared = agent.shared.filter((resource) => isAllocatableTo(resource, role));
  return combine([...allocatable, ...subtractResources(shared, sharedOffered)]);
}

/**
 * The available resources that the framework is capable of using, before quotas; or the reason why there are none.
 * Agents with GPUs are kept from frameworks that do not ask for GPUs, which would fill them with other tasks.
 */
export function allocatableTo(
  state: AllocatorState,
  { agent, framework, role }: Pair,
  available: Resources,
): Resources | Reason {
  const { facts } = framework;
  if (facts.multiRole && !agent.facts.multiRole) return 'agent not multi-role';
  if (role.includes('/') && !agent.facts.hierarchicalRole) return 'agent not hierarchical';
  if (isExcluded(facts.constraints, role, agent.facts)) return 'constraint';
  if (available.length === 0)
    return agent.free.length + agent.shared.length > 0 ? 'reserved for others' : 'nothing free';
  if (!meetsMinima(available, minimaFor(state, framework, role))) return 'below minimum';
  if (state.options.filterGpus && !facts.gpus && amountOf(agent.total, 'gpus') > 0) return 'gpu';
  if (!facts.regionAware && isRemote(state, agent)) return 'remote region';
  const rest = available.filter(
    (resource) =>
      (facts.shared || !isShared(resource)) &&
      (facts.revocable || !isRevocable(resource)) &&
      (facts.refined || !isRefined(resource)),
  );
  return rest.length === 0 ? 'capability' : rest;
}

/** The reason why resources are not offered after quotas were applied; undefined when they are. */
export function offerReason(
  state: AllocatorState,
  { agent, framework, role }: Pair,
  offer: { readonly resources: Resources; readonly wasMore: boolean; readonly now: Millis },
): Reason | undefined {
  if (!meetsMinima(offer.resources, minimaFor(state, framework, role)))
    return offer.wasMore ? 'quota' : 'below minimum';
  return isRefused(framework, { agentId: agent.id, role, ...offer }) ? 'refused' : undefined;
}

function minimaFor(state: AllocatorState, { facts }: AllocatorFramework, role: string) {
  return facts.minima.get(role) ?? state.options.minima;
}

/** True when the agent is in another region; an agent or master without a domain is not remote. */
function isRemote({ options: { region } }: AllocatorState, { facts }: AllocatorAgent): boolean {
  return region !== undefined && facts.region !== undefined && facts.region !== region;
}

/** True when a filter contains everything that would be offered; more than what was refused is offered again. */
function isRefused(
  framework: AllocatorFramework,
  { agentId, role, resources, now }: { agentId: AgentId; role: string; resources: Resources; now: Millis },
): boolean {
  const filters = framework.filters.get(agentId);
  if (!filters) return false;
  return filters.some(
    (filter) => filter.role === role && filter.until > now && containsResources(filter.resources, resources),
  );
}
