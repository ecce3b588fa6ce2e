/** The timers of the master. */

import { type TimerOf, timersOf } from '../../../model/timers';

export const masterTimers = timersOf({
  /** An allocation is due. */
  allocate: {},
  /** Offers are made again, though not enough agents have come back after a failover. */
  'resume-offers': {},
  /** Filters of a framework on an agent expire. */
  filter: { frameworkId: String, agentId: String },
  /** `--offer_timeout` of an offer. */
  offer: { offerId: String },
  /** Inverse offers are due. */
  inverse: {},
  /** `--offer_timeout` of an inverse offer. */
  'inverse-offer': { offerId: String },
  /** The time to answer a ping. */
  ping: { agentId: String },
  /** `--agent_reregister_timeout` of a disconnected agent. */
  absent: { agentId: String },
  /** `--agent_reregister_timeout` of all agents that a new leader has recovered. */
  recovered: {},
  /** `--agent_removal_rate_limit` allows to mark the next agent. */
  'mark-unreachable': {},
  /** `--registry_gc_interval`. */
  prune: {},
  /** The failover timeout of a framework. */
  failover: { frameworkId: String },
  heartbeat: {},
});

type Spec = (typeof masterTimers)['spec'];
export type Timer<Kind extends keyof Spec = keyof Spec> = TimerOf<Spec, Kind>;
