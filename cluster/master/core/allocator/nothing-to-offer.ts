/**
 * Agents with nothing left to offer. In a busy cluster most agents are like that, and runs skip them.
 */

import type { Quantities } from '../../../model/quantities';
import type { Resources } from '../../../model/resources';
import { meetsMinima } from './minimum';

/** The master's minima, and the number of frameworks that have their own. */
interface Limits {
  readonly options: { readonly minima: readonly Quantities[] };
  readonly ownMinima: number;
}

/** True when free resources are below the minima for all. Frameworks with minima of their own may take less. */
export function hasNothingToOffer(
  { options, ownMinima }: Limits,
  { free, shared }: { readonly free: Resources; readonly shared: Resources },
): boolean {
  if (free.length === 0 && shared.length === 0) return true;
  return ownMinima === 0 && shared.length === 0 && !meetsMinima(free, options.minima);
}
