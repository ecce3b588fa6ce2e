/**
 * Who is offered what: dominant resource fairness, first over roles, then over the frameworks of a role.
 *
 * Offers are coarse: the first framework that passes gets all that is free on the agent for its role
 * (Mesos 1.11 src/master/allocator/mesos/hierarchical.cpp).
 */

import { scalarsOf } from '../../../model/quantities';
import { type Random, shuffle } from '../../../model/random';
import { containsResources, milliOf, type Resources, reservedRole } from '../../../model/resources';
import type { Millis } from '../../../model/time';
import { type FairOrder, fairOrder, visit } from './fair-order';
import { type AllocationKey, type AllocatorFramework, type AllocatorState, take } from './state';

export interface Allocation extends AllocationKey {
  readonly resources: Resources;
}

/** Less than this is not worth an offer: 0.01 cpus or 32 MB, Mesos' `--min_allocatable_resources`. */
const CPUS_MIN_MILLI = 10;
const MEM_MIN_MILLI = 32_000;

/** Hands out what is free on the dirty agents and remembers it as allocated. */
export function allocate(state: AllocatorState, random: Random, now: Millis): Allocation[] {
  const candidates = shuffle(random, [...state.dirty]);
  state.dirty.clear();
  state.lastRunAt = now;
  state.runs += 1;
  const order = fairOrder(state);
  const made: Allocation[] = [];
  if (order.roles.length === 0) return made;
  for (const agentId of candidates) allocateAgent(state, { agentId, now, order, made });
  return made;
}

interface Turn {
  readonly agentId: string;
  readonly now: Millis;
  readonly order: FairOrder;
  readonly made: Allocation[];
}

function allocateAgent(state: AllocatorState, { agentId, now, order, made }: Turn): void {
  const agent = state.agents.get(agentId);
  if (!agent?.active || !isAllocatable(agent.free)) return;
  visit(order, ({ framework, role }) => {
    const resources = agent.free.filter((piece) => ['*', role].includes(reservedRole(piece)));
    if (!isAllocatable(resources) || isRefused(framework, { agentId, role, resources, now })) {
      return { taken: undefined, done: false };
    }
    const allocation = { frameworkId: framework.id, agentId, role, resources };
    take(state, allocation, resources);
    made.push(allocation);
    return { taken: scalarsOf(resources), done: !isAllocatable(agent.free) };
  });
}

function isAllocatable(resources: Resources): boolean {
  return milliOf(resources, 'cpus') >= CPUS_MIN_MILLI || milliOf(resources, 'mem') >= MEM_MIN_MILLI;
}

/** Refused means: a filter holds at least all that would be offered, so that more than was refused gets through. */
function isRefused(
  framework: AllocatorFramework,
  { agentId, role, resources, now }: { agentId: string; role: string; resources: Resources; now: Millis },
): boolean {
  const filters = framework.filters.get(agentId) ?? [];
  return filters.some(
    (filter) => filter.role === role && filter.until > now && containsResources(filter.resources, resources),
  );
}
