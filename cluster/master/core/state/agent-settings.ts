/** Settings about agents and their entries in the registry, from flags. Times in milliseconds. */

import type * as mesos from '../../../api/generated/mesos';

export interface AgentSettings {
  readonly registryGcIntervalMs: number;
  readonly registryMaxAgentAgeMs: number;
  readonly registryMaxAgentCount: number;
  /**
   * The largest part of the registry's agents, from 0 to 1, that may be missing after a failover; above it the master
   * ends.
   */
  readonly recoveryAgentRemovalLimit: number;
  /** The least time between two removals of agents; undefined for no limit. */
  readonly agentRemovalEveryMs: number | undefined;
  /** The fault domain of this master. */
  readonly domain: mesos.DomainInfo | undefined;
  readonly requireAgentDomain: boolean;
}
