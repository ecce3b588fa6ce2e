/**
 * Consumed quota of each role: its reservations, used or not, and its allocations of unreserved resources, those of
 * roles below it included. Revocable resources do not count (Mesos 1.11 src/master/allocator/mesos/hierarchical.cpp).
 *
 * Unused reservations count, since nobody else can be offered them.
 */

import { addQuantities, type Quantities } from '../../../model/quantities';
import { isReserved } from '../../../model/reservations';
import { type Resource, type Resources, reservedRole } from '../../../model/resources';
import { lineageOf } from '../../../model/roles';
import { isRevocable } from '../../../model/volumes';

/** A quota in milli-units by name. A resource without a limit is not limited; one without a guarantee has none. */
export interface Quota {
  readonly guarantees: Quantities;
  readonly limits: Quantities;
}

export interface RoleUse {
  /** Reserved for the role or one below it, used or not. */
  readonly reserved: Map<string, number>;
  /** Unreserved resources that are offered to or used by the role or one below it. */
  readonly unreserved: Map<string, number>;
}

export type QuotaUse = Map<string, RoleUse>;

/**
 * True for a resource that quotas count and limit: an unreserved scalar that is not revocable. Shared volumes are
 * always reserved.
 */
export function isQuotaResource(resource: Resource): boolean {
  return resource.amount.type === 'SCALAR' && !isReserved(resource) && !isRevocable(resource);
}

export function useOf(use: QuotaUse, role: string): RoleUse {
  const existing = use.get(role);
  if (existing) return existing;
  const created = { reserved: new Map<string, number>(), unreserved: new Map<string, number>() };
  use.set(role, created);
  return created;
}

/** Adds the reservations of an agent to those of their roles, or with -1 subtracts them. */
export function addReserved(use: QuotaUse, total: Resources, sign: 1 | -1): void {
  for (const resource of total) {
    if (resource.amount.type !== 'SCALAR' || !isReserved(resource)) continue;
    const quantities = new Map([[resource.name, resource.amount.milli]]);
    for (const role of lineageOf(reservedRole(resource)))
      addQuantities(useOf(use, role).reserved, quantities, sign);
  }
}

/** The quantities of the resources that quotas count, in milli-units by name. */
export function quotaQuantities(resources: Resources): Map<string, number> {
  const sums = new Map<string, number>();
  for (const resource of resources) {
    if (!isQuotaResource(resource) || resource.amount.type !== 'SCALAR') continue;
    sums.set(resource.name, (sums.get(resource.name) ?? 0) + resource.amount.milli);
  }
  return sums;
}

/** The consumed quota of a role: its reservations, and its allocations of unreserved resources. */
export function consumedBy(use: QuotaUse, role: string): Map<string, number> {
  const { reserved, unreserved } = useOf(use, role);
  const sums = new Map(reserved);
  addQuantities(sums, unreserved);
  return sums;
}

/** The quantities of `left` above those of `right`; only positive ones. */
export function lacking(left: Quantities, right: Quantities): Map<string, number> {
  const rest = new Map<string, number>();
  for (const [name, milli] of left) {
    const more = milli - (right.get(name) ?? 0);
    if (more > 0) rest.set(name, more);
  }
  return rest;
}
