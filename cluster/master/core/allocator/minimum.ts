/** Minima of an offer: `--min_allocatable_resources`, or the `min_allocatable_resources` of a framework's role. */

import { amountOf, type Quantities } from '../../../model/quantities';
import type { Resources } from '../../../model/resources';

/** `cpus:0.01|mem:32`: the default of Mesos 1.11. */
export const DEFAULT_MINIMA: readonly Quantities[] = [new Map([['cpus', 10]]), new Map([['mem', 32_000]])];

/**
 * True when resources meet one of the alternatives. Without alternatives any resources do, but no resources never do.
 */
export function meetsMinima(resources: Resources, minima: readonly Quantities[]): boolean {
  if (resources.length === 0) return false;
  return minima.length === 0 || minima.some((minimum) => meets(resources, minimum));
}

function meets(resources: Resources, minimum: Quantities): boolean {
  for (const [name, milli] of minimum) if (amountOf(resources, name) < milli) return false;
  return true;
}
