/**
 * Agents that are to be given up, and why.
 */

import type { Millis } from '../../../model/time';

/** Why an agent is given up: pings are lost, it did not come back to us, or not to the master after a failover. */
export type RemovalKind = 'health' | 'absent' | 'recovered';

export interface Removal {
  readonly agentId: string;
  readonly kind: RemovalKind;
  readonly reason: string;
}

export interface Removals {
  /** Those that wait, by agent, in order. */
  readonly waiting: Map<string, Removal>;
  /** Time of the next one. */
  nextAt: Millis;
}

export function noRemovals(): Removals {
  return { waiting: new Map(), nextAt: 0 };
}
