/**
 * The allocator's numbers under Mesos' names: shares of roles, quotas, and what was refused.
 */

import { shareOf } from '../core/allocator/role-tree';
import type { AllocatorState } from '../core/allocator/state';
import type { MasterState } from '../core/state';
import { breakdowns } from '../core/views/roles';

const PREFIX = 'allocator/mesos';

export function allocatorNumbers(state: MasterState): Record<string, number> {
  const numbers: Record<string, number> = {
    [`${PREFIX}/event_queue_dispatches`]: 0,
    /** Its name before Mesos 1.0, which the original still has and exporters read. */
    'allocator/event_queue_dispatches': 0,
    ...filterNumbers(state.allocator),
    ...quotaNumbers(state),
  };
  for (const [role, node] of state.allocator.roles.nodes)
    numbers[`${PREFIX}/roles/${role}/shares/dominant`] = shareOf(state.allocator.roles, node);
  return numbers;
}

function filterNumbers({ frameworks }: AllocatorState): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const { roles, filters } of frameworks.values()) {
    for (const role of roles) numbers[nameFor(role)] ??= 0;
    for (const some of filters.values())
      for (const { role } of some) numbers[nameFor(role)] = (numbers[nameFor(role)] ?? 0) + 1;
  }
  return numbers;
}

const nameFor = (role: string): string => `${PREFIX}/offer_filters/roles/${role}/active`;

function quotaNumbers(state: MasterState): Record<string, number> {
  const { quotas } = state.allocator;
  if (quotas.size === 0) return {};
  const numbers: Record<string, number> = {};
  const parts = breakdowns(state, (role) => quotas.has(role));
  for (const [role, { guarantees, limits }] of quotas) {
    const name = (resource: string, what: string): string =>
      `${PREFIX}/quota/roles/${role}/resources/${resource}/${what}`;
    for (const [resource, milli] of guarantees) numbers[name(resource, 'guarantee')] = milli / 1000;
    for (const [resource, milli] of limits) numbers[name(resource, 'limit')] = milli / 1000;
    const part = parts.get(role);
    for (const resource of new Set([...guarantees.keys(), ...limits.keys()])) {
      const had = (part?.allocated.get(resource) ?? 0) + (part?.offered.get(resource) ?? 0);
      numbers[name(resource, 'offered_or_allocated')] = had / 1000;
      numbers[name(resource, 'consumed')] = (part?.consumed.get(resource) ?? 0) / 1000;
    }
  }
  return numbers;
}
