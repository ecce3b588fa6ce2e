/**
 * Agents that wait to be marked unreachable, and why.
 */

import type { AgentId } from '../../../model/ids';
import type { Millis } from '../../../model/time';

/**
 * The cause: unanswered pings, no reregistration after a broken connection, or none after a failover of
 * the master.
 */
export type UnreachableCause = 'health' | 'absent' | 'recovered';

export interface PendingUnreachable {
  readonly agentId: AgentId;
  readonly kind: UnreachableCause;
  readonly reason: string;
}

export interface UnreachableQueue {
  /** Agents that wait for `--agent_removal_rate_limit`, by agent, in order. */
  readonly waiting: Map<AgentId, PendingUnreachable>;
  /** Time at which the next one may be marked. */
  nextAt: Millis;
}

export function emptyUnreachableQueue(): UnreachableQueue {
  return { waiting: new Map(), nextAt: 0 };
}
