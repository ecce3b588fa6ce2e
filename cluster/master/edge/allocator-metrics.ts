/**
 * The allocator's metrics under Mesos' names: shares and quotas of roles, and active offer filters.
 */

import { addQuantities } from '../../model/quantities';
import { ancestorsOf, lineageOf, topRole } from '../../model/roles';
import { consumedBy, quotaQuantities } from '../core/allocator/quota-use';
import { type RoleNode, shareOf } from '../core/allocator/role-tree';
import { breakdowns } from '../core/roles/breakdown';
import { rolesAtWork } from '../core/roles/known-roles';
import type { MasterState } from '../core/state/state';

const PREFIX = 'allocator/mesos';

export function allocatorNumbers(state: MasterState): Record<string, number> {
  const numbers: Record<string, number> = {
    [`${PREFIX}/event_queue_dispatches`]: 0,
    // Its name before Mesos 1.0, which the original still shows and exporters read.
    'allocator/event_queue_dispatches': 0,
    ...filterNumbers(state),
    ...quotaNumbers(state),
    ...consumedNumbers(state),
  };
  for (const [role, node] of state.allocator.roles.nodes) {
    const share = ownShare(state, node);
    if (share !== undefined) numbers[`${PREFIX}/roles/${role}/shares/dominant`] = share;
  }
  return numbers;
}

/** The dominant share of a role's own frameworks, without the roles below it; undefined when it has none. */
function ownShare({ allocator }: MasterState, node: RoleNode): number | undefined {
  if (!node.leaf || node.leaf.clients.size === 0) return undefined;
  return shareOf(allocator.roles, node.children.size > 0 ? node.leaf : node);
}

/** Active offer filters by role. Known roles and their ancestors without any are listed with 0. */
function filterNumbers(state: MasterState): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const role of rolesAtWork(state))
    for (const name of [role, ...ancestorsOf(role)]) numbers[nameFor(name)] ??= 0;
  for (const { filters } of state.allocator.frameworks.values()) {
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
    }
  }
  return numbers;
}

/**
 * Consumed quota of each role, with or without a quota, and of all roles together under an empty role name. Offered
 * resources do not count.
 */
function consumedNumbers({ allocator, offers }: MasterState): Record<string, number> {
  const consumed = new Map<string, Map<string, number>>();
  for (const role of allocator.use.keys()) consumed.set(role, consumedBy(allocator.use, role));
  for (const { role, resources } of offers.values()) {
    const offered = quotaQuantities(resources);
    for (const name of lineageOf(role)) addQuantities(consumed.get(name) ?? new Map(), offered, -1);
  }
  const all = new Map<string, number>();
  for (const [role, sums] of consumed) if (role === topRole(role)) addQuantities(all, sums);
  const numbers: Record<string, number> = {};
  for (const [role, sums] of [['', all] as const, ...consumed])
    for (const [resource, milli] of sums)
      if (milli > 0) numbers[`${PREFIX}/quota/roles/${role}/resources/${resource}/consumed`] = milli / 1000;
  return numbers;
}
