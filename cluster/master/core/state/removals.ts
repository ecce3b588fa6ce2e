/**
 * Pending removals: agents to be marked unreachable, and why.
 */

import type { Millis } from '../../../model/time';

/**
 * The cause of a removal: unanswered pings, no reregistration after a broken connection, or none after a failover of
 * the master.
 */
export type RemovalKind = 'health' | 'absent' | 'recovered';

export interface Removal {
  readonly agentId: string;
  readonly kind: RemovalKind;
  readonly reason: string;
}

export interface Removals {
  /** Removals that wait for `--agent_removal_rate_limit`, by agent, in order. */
  readonly waiting: Map<string, Removal>;
  /** Time of the next removal. */
  nextAt: Millis;
}

export function noRemovals(): Removals {
  return { waiting: new Map(), nextAt: 0 };
}
