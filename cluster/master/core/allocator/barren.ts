/**
 * Agents with nothing left that anybody could be offered. In a busy cluster most are: they need not be looked at.
 */

import { meetsMinima } from './minimum';
import type { AllocatorAgent, AllocatorState } from './state';

/** True until something is given back to the agent, or a framework comes that wants less than the others. */
export function isBarren(state: AllocatorState, { free, shared }: AllocatorAgent): boolean {
  if (free.length === 0 && shared.length === 0) return true;
  return state.ownMinima === 0 && shared.length === 0 && !meetsMinima(free, state.options.minima);
}
