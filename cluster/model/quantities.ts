/**
 * Quantities: amounts by name, whatever their reservations, for fairness and quota.
 *
 * They are in thousandths; a range or set counts a thousand for each member (Mesos 1.11
 * src/common/resource_quantities.hpp).
 */

import { countRanges } from './ranges';
import type { Amount, Resources } from './resources';

/** Thousandths by resource name. */
export type Quantities = ReadonlyMap<string, number>;

/** The scalars of resources, by name. */
export function scalarsOf(resources: Resources): Map<string, number> {
  const sums = new Map<string, number>();
  addScalars(sums, resources, 1);
  return sums;
}

/** Adds the scalars of resources to sums, or subtracts them. */
export function addScalars(sums: Map<string, number>, resources: Resources, sign: 1 | -1): void {
  for (const { name, amount } of resources) {
    if (amount.type === 'SCALAR') sums.set(name, (sums.get(name) ?? 0) + sign * amount.milli);
  }
}

/** All amounts, by name. */
export function quantitiesOf(resources: Resources): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { name, amount } of resources) sums.set(name, (sums.get(name) ?? 0) + sizeOf(amount));
  return sums;
}

/** The amount of one name over all resources. */
export function amountOf(resources: Resources, name: string): number {
  let sum = 0;
  for (const resource of resources) if (resource.name === name) sum += sizeOf(resource.amount);
  return sum;
}

/** The thousandths of one amount. */
export function sizeOf(amount: Amount): number {
  switch (amount.type) {
    case 'SCALAR':
      return amount.milli;
    case 'RANGES':
      return 1000 * countRanges(amount.ranges);
    case 'SET':
      return 1000 * amount.items.length;
  }
}

/** True when there is at least as much of each name. */
export function containsQuantities(have: Quantities, want: Quantities): boolean {
  for (const [name, milli] of want) if (milli > (have.get(name) ?? 0)) return false;
  return true;
}

/** Adds quantities to sums, or subtracts them. */
export function addQuantities(sums: Map<string, number>, more: Quantities, sign: 1 | -1 = 1): void {
  for (const [name, milli] of more) sums.set(name, (sums.get(name) ?? 0) + sign * milli);
}
