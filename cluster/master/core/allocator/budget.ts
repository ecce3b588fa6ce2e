/**
 * The budget of one allocation run: the rules of quotas. A role never gets more than its limit, and beyond its
 * guarantee only the surplus headroom, which no other guarantee needs (Mesos 1.11
 * src/master/allocator/mesos/hierarchical.cpp).
 *
 * Always true: `required` is the sum of what guarantees lack (the original's required headroom), `available` the free
 * resources that quotas count (its available headroom). Quantities are in milli-units by name.
 */

import { addQuantities, type Quantities } from '../../../model/quantities';
import { combine, type Resource, type Resources, withAmount } from '../../../model/resources';
import { topRole } from '../../../model/roles';
import { consumedBy, isQuotaResource, lacking, type Quota, quotaQuantities } from './quota-use';
import type { AllocatorState } from './state';

export interface Budget {
  readonly quotas: ReadonlyMap<string, Quota>;
  readonly consumed: Map<string, Map<string, number>>;
  readonly required: Map<string, number>;
  readonly available: Map<string, number>;
}

/** Opens the budget of a run; undefined without any quota. */
export function openBudget(state: AllocatorState): Budget | undefined {
  if (state.quotas.size === 0) return undefined;
  const consumed = new Map<string, Map<string, number>>();
  const required = new Map<string, number>();
  for (const [role, { guarantees }] of state.quotas) {
    const used = consumedBy(state.use, role);
    consumed.set(role, used);
    addQuantities(required, lacking(guarantees, used));
  }
  return { quotas: state.quotas, consumed, required, available: new Map(state.headroom) };
}

/** Roles with less than their guarantee. */
export function unsatisfiedRoles(budget: Budget): string[] {
  return [...budget.quotas.keys()].filter((role) => missingGuarantee(budget, role).size > 0);
}

/** The quantities that a role lacks to its guarantee. */
export function missingGuarantee({ quotas, consumed }: Budget, role: string): Map<string, number> {
  const guarantees = quotas.get(role)?.guarantees ?? new Map();
  return lacking(guarantees, consumed.get(role) ?? new Map());
}

/**
 * The part of resources that quotas let a role have: unreserved scalars are cut to its limit and to the surplus
 * headroom, all other resources pass. Returns the same array when nothing was cut.
 */
export function withinQuota(budget: Budget, role: string, resources: Resources): Resources {
  const counted = resources.filter(isQuotaResource);
  if (counted.length === 0) return resources;
  const cutScalars = cutToHeadroom(budget, cutToLimit(budget, role, counted, new Map()));
  if (cutScalars === counted) return resources;
  return combine([...resources.filter((resource) => !isQuotaResource(resource)), ...cutScalars]);
}

/**
 * Resources for a role below its guarantee: what it lacks, all resources that quotas do not count, and more of the
 * counted ones within limit and surplus headroom. Nothing if the agent has none of what it lacks.
 *
 * The lacking part is not cut to the headroom, so that guarantees work in an overcommitted cluster. The rest goes along
 * because cpus without memory or ports would be an offer nobody can use, and one big offer fragments an agent less.
 * `owed` is the part that counts for the guarantee.
 */
export function guaranteedResources(
  budget: Budget,
  role: string,
  resources: Resources,
): { readonly resources: Resources; readonly owed: Map<string, number> } {
  const top = topRole(role);
  const counted = resources.filter(isQuotaResource);
  const first = cutTo(counted, missingGuarantee(budget, top));
  const owed = quotaQuantities(first);
  if (first.length === 0) return { resources: [], owed };
  const rest = leftOf(counted, first);
  const more = cutToHeadroom(budget, cutToLimit(budget, role, rest, owed));
  const others = resources.filter((resource) => !isQuotaResource(resource));
  return { resources: combine([...others, ...combineParts(counted, first, more)]), owed };
}

/** Counts an allocation to a role, of which `owed` was guaranteed. */
export function chargeBudget(budget: Budget, role: string, resources: Resources, owed: Quantities): void {
  const quantities = quotaQuantities(resources);
  const used = budget.consumed.get(topRole(role));
  if (used) addQuantities(used, quantities);
  addQuantities(budget.required, owed, -1);
  addQuantities(budget.available, quantities, -1);
}

function cutToLimit(budget: Budget, role: string, resources: Resources, owed: Quantities): Resources {
  const top = topRole(role);
  const limits = budget.quotas.get(top)?.limits;
  if (!limits || limits.size === 0) return resources;
  const used = budget.consumed.get(top) ?? new Map<string, number>();
  const left = new Map<string, number>();
  for (const [name, milli] of limits)
    left.set(name, Math.max(0, milli - (used.get(name) ?? 0) - (owed.get(name) ?? 0)));
  return cut(resources, (name) => left.get(name), left);
}

function cutToHeadroom({ required, available }: Budget, resources: Resources): Resources {
  if (!hasPositive(required)) return resources;
  return cutTo(resources, lacking(available, required));
}

function hasPositive(quantities: Quantities): boolean {
  for (const milli of quantities.values()) if (milli > 0) return true;
  return false;
}

/** Cuts resources to quantities; resources whose name has none are cut to nothing. */
function cutTo(resources: Resources, quantities: Quantities): Resources {
  const left = new Map(quantities);
  return cut(resources, (name) => left.get(name) ?? 0, left);
}

/**
 * Cuts scalars to the remainder of their name, and lowers that. Exclusive resources, such as MOUNT disks, pass whole
 * or not at all. Returns the same array when all fit.
 */
function cut(
  resources: Resources,
  remainderOf: (name: string) => number | undefined,
  left: Map<string, number>,
): Resources {
  let isSame = true;
  const allocatable: Resource[] = [];
  for (const resource of resources) {
    const most = remainderOf(resource.name);
    const milli = resource.amount.type === 'SCALAR' ? resource.amount.milli : 0;
    const allowed = most === undefined || most >= milli ? milli : resource.exclusive ? 0 : most;
    if (most !== undefined) left.set(resource.name, most - allowed);
    if (allowed !== milli) isSame = false;
    if (allowed > 0)
      allocatable.push(
        allowed === milli ? resource : withAmount(resource, { type: 'SCALAR', milli: allowed }),
      );
  }
  return isSame ? resources : allocatable;
}

/** Subtracts scalars that were cut from `resources`, matching them by identity. */
function leftOf(resources: Resources, allocated: Resources): Resources {
  const rest: Resource[] = [];
  const open = [...allocated];
  for (const resource of resources) {
    const index = open.findIndex(({ identity }) => identity === resource.identity);
    const [got] = index < 0 ? [] : open.splice(index, 1);
    const milli = scalar(resource) - (got ? scalar(got) : 0);
    if (milli > 0) rest.push(withAmount(resource, { type: 'SCALAR', milli }));
  }
  return rest;
}

/** The sum of two parts that were cut from `resources`, with one entry for each of these. */
function combineParts(resources: Resources, first: Resources, more: Resources): Resources {
  const rest = leftOf(leftOf(resources, first), more);
  return leftOf(resources, rest);
}

function scalar({ amount }: Resource): number {
  return amount.type === 'SCALAR' ? amount.milli : 0;
}
