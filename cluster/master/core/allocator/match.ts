/**
 * The resources of an agent that a framework may be offered for a role, or the reason why there are none.
 * The allocator offers by it, and `explain` tells by it, so that what is told is so (rules of Mesos 1.11
 * src/master/allocator/mesos/hierarchical.cpp).
 */

import type { MatchWhy } from '../../../api/explain';
import { amountOf } from '../../../model/quantities';
import { isAllocatableTo, isRefined } from '../../../model/reservations';
import { combine, containsResources, type Resources, subtractResources } from '../../../model/resources';
import type { Millis } from '../../../model/time';
import { isRevocable, isShared } from '../../../model/volumes';
import { isExcluded } from '../offer-constraints/constraints';
import { meetsMinima } from './minimum';
import type { AllocatorAgent, AllocatorFramework, AllocatorState } from './state';

/** Why an agent gives a framework nothing; `explain` tells the last two in more detail. */
export type Reason = MatchWhy | 'agent inactive' | 'quota';

export interface Pair {
  readonly agent: AllocatorAgent;
  readonly framework: AllocatorFramework;
  readonly role: string;
}

/** Why no offers at all are made of an agent. */
export function agentReason(state: AllocatorState, agent: AllocatorAgent): Reason | undefined {
  if (!agent.active) return 'agent inactive';
  if (state.whitelist && !state.whitelist.has(agent.facts.hostname)) return 'not whitelisted';
  return undefined;
}

/** Resources available to a role; shared ones included unless this run has offered them already. */
export function availableTo(agent: AllocatorAgent, role: string, sharedOffered: Resources): Resources {
  const allocatable = agent.free.filter((resource) => isAllocatableTo(resource, role));
  if (agent.shared.length === 0) return allocatable;
  const shared = agent.shared.filter((resource) => isAllocatableTo(resource, role));
  return combine([...allocatable, ...subtractResources(shared, sharedOffered)]);
}

/** The available resources that the framework can use, before quotas; or the reason why there are none. */
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

/** Why what is left after quotas is not offered; undefined when it is. */
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

/** Without knowing where both are, nothing is remote. */
function isRemote({ options: { region } }: AllocatorState, { facts }: AllocatorAgent): boolean {
  return region !== undefined && facts.region !== undefined && facts.region !== region;
}

/**
 * Refused means: a filter holds at least all that would be offered, so that more than was refused gets
 * through.
 */
function isRefused(
  framework: AllocatorFramework,
  { agentId, role, resources, now }: { agentId: string; role: string; resources: Resources; now: Millis },
): boolean {
  const filters = framework.filters.get(agentId);
  if (!filters) return false;
  return filters.some(
    (filter) => filter.role === role && filter.until > now && containsResources(filter.resources, resources),
  );
}
