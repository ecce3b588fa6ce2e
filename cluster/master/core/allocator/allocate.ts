/**
 * Who is offered what: dominant resource fairness, first over roles, then over the frameworks of a role.
 *
 * Offers are coarse: the first framework that passes gets all that is free on the agent for its role
 * (Mesos 1.11 src/master/allocator/mesos/hierarchical.cpp).
 */

import { type Random, shuffle } from '../../../model/random';
import { containsResources, milliOf, type Resources, reservedRole } from '../../../model/resources';
import type { Millis } from '../../../model/time';
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
  const made: Allocation[] = [];
  for (const agentId of candidates) made.push(...allocateAgent(state, agentId, now));
  return made;
}

function allocateAgent(state: AllocatorState, agentId: string, now: Millis): Allocation[] {
  const agent = state.agents.get(agentId);
  if (!agent?.active || !isAllocatable(agent.free)) return [];
  const made: Allocation[] = [];
  for (const { framework, role } of inFairOrder(state)) {
    const resources = agent.free.filter((piece) => ['*', role].includes(reservedRole(piece)));
    if (!isAllocatable(resources) || isRefused(framework, { agentId, role, resources, now })) continue;
    const allocation = { frameworkId: framework.id, agentId, role, resources };
    take(state, allocation, resources);
    made.push(allocation);
    if (!isAllocatable(agent.free)) break;
  }
  return made;
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

interface Contender {
  readonly framework: AllocatorFramework;
  readonly role: string;
  readonly roleShare: number;
  readonly share: number;
}

/** All that may be offered something, whoever has the least first: the role's share, then the framework's, then the name. */
export function inFairOrder(state: AllocatorState): readonly Contender[] {
  const roleTotals = new Map<string, Map<string, number>>();
  for (const { allocated } of state.frameworks.values()) {
    for (const [role, scalars] of allocated) {
      const sums = roleTotals.get(role) ?? new Map<string, number>();
      for (const [name, milli] of scalars) sums.set(name, (sums.get(name) ?? 0) + milli);
      roleTotals.set(role, sums);
    }
  }
  const contenders = [...state.frameworks.values()]
    .filter(({ active }) => active)
    .flatMap((framework) =>
      framework.roles
        .filter((role) => !framework.suppressed.has(role))
        .map((role) => ({
          framework,
          role,
          roleShare: dominantShare(state.total, roleTotals.get(role)),
          share: dominantShare(state.total, framework.allocated.get(role)),
        })),
    );
  return contenders.sort(
    (a, b) =>
      a.roleShare - b.roleShare ||
      compareText(a.role, b.role) ||
      a.share - b.share ||
      compareText(a.framework.id, b.framework.id),
  );
}

/** The largest part of any scalar that is taken, from 0 to 1. */
export function dominantShare(
  total: ReadonlyMap<string, number>,
  allocated: ReadonlyMap<string, number> | undefined,
): number {
  let share = 0;
  for (const [name, milli] of allocated ?? []) {
    const all = total.get(name) ?? 0;
    if (all > 0) share = Math.max(share, milli / all);
  }
  return share;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
