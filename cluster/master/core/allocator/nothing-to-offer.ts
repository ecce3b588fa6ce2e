/**
 * Agents with nothing left that anybody could be offered. In a busy cluster most are: they need not be looked at.
 */

import type { Quantities } from '../../../model/quantities';
import type { Resources } from '../../../model/resources';
import { meetsMinima } from './minimum';

/** Minimal amounts of an offer: those for all, and the number of frameworks that have their own. */
interface Limits {
  readonly options: { readonly minima: readonly Quantities[] };
  readonly ownMinima: number;
}

/** True until something is given back to the agent, or a framework comes that wants less than the others. */
export function hasNothingToOffer(
  { options, ownMinima }: Limits,
  { free, shared }: { readonly free: Resources; readonly shared: Resources },
): boolean {
  if (free.length === 0 && shared.length === 0) return true;
  return ownMinima === 0 && shared.length === 0 && !meetsMinima(free, options.minima);
}
