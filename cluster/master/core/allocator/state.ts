/**
 * The allocator's state: agents and frameworks, as far as they decide on offers.
 *
 * Always true: of what is not shared, total + overcommitted = free + allocated for each agent, where allocated is
 * what is offered or used, and nothing is both free and overcommitted; shared resources are offered from total,
 * however many have them; what a framework and a role have (roles) is the sum of what they have allocated on
 * all agents; `headroom` is the free part of all agents that quotas count.
 */

import type { Quantities } from '../../../model/quantities';
import type { Resources } from '../../../model/resources';
import type { Millis } from '../../../model/time';
import type { AgentFacts } from '../offer-constraints/agent-facts';
import type { FrameworkFacts } from './facts';
import { DEFAULT_MINIMA } from './minimum';
import type { Quota, QuotaUse } from './quota-use';
import { type Client, emptyTree, type RoleTree } from './role-tree';

export interface AllocatorState {
  readonly agents: Map<string, AllocatorAgent>;
  readonly frameworks: Map<string, AllocatorFramework>;
  readonly roles: RoleTree;
  readonly quotas: Map<string, Quota>;
  readonly use: QuotaUse;
  /** Milli-units that are free on all agents and that quotas count. */
  readonly headroom: Map<string, number>;
  /** Agents with something new to offer. */
  readonly dirty: Set<string>;
  /** Agents of which something was kept back for the sake of quotas. */
  readonly withheld: Set<string>;
  /** Something was given back since, so that less may have to be kept back. */
  quotaMoved: boolean;
  /** Time of the last reconsideration. */
  withheldAt: Millis;
  /** Host names that offers are made of; undefined for all. */
  whitelist: ReadonlySet<string> | undefined;
  /** Number of agents that must be there before the first offer; undefined when offers have begun. */
  pausedUntil: number | undefined;
  /** Number of frameworks with minima of their own. */
  ownMinima: number;
  options: AllocatorOptions;
  /** Time of the next run; undefined when nothing waits. */
  dueAt: Millis | undefined;
  lastRunAt: Millis;
  /** Delay of the last run. */
  lateMs: Millis;
  runs: number;
}

export interface AllocatorOptions {
  readonly minima: readonly Quantities[];
  readonly filterGpus: boolean;
  /** The region of the master. */
  readonly region: string | undefined;
  readonly randomRoles: boolean;
  readonly randomFrameworks: boolean;
}

export interface AllocatorAgent {
  readonly id: string;
  total: Resources;
  free: Resources;
  /** Allocations beyond the total: an agent may have less than before while tasks still use it. */
  overcommitted: Resources;
  /** The shared part of total. */
  shared: Resources;
  /** The shared resources in use: each as many times as it is held. */
  sharedUse: Resources;
  active: boolean;
  facts: AgentFacts;
}

export interface AllocatorFramework {
  readonly id: string;
  active: boolean;
  roles: readonly string[];
  suppressed: ReadonlySet<string>;
  facts: FrameworkFacts;
  /** The framework's clients by role, those of roles it has left included. */
  readonly clients: Map<string, Client>;
  /** The framework's filters by agent. */
  readonly filters: Map<string, Filter[]>;
}

export interface Filter {
  readonly role: string;
  readonly resources: Resources;
  readonly until: Millis;
}

export interface AllocationKey {
  readonly frameworkId: string;
  readonly agentId: string;
  readonly role: string;
}

export function emptyAllocator(): AllocatorState {
  return {
    agents: new Map(),
    frameworks: new Map(),
    roles: emptyTree(),
    quotas: new Map(),
    use: new Map(),
    headroom: new Map(),
    dirty: new Set(),
    withheld: new Set(),
    quotaMoved: false,
    withheldAt: 0,
    whitelist: undefined,
    pausedUntil: undefined,
    ownMinima: 0,
    options: {
      minima: DEFAULT_MINIMA,
      filterGpus: true,
      region: undefined,
      randomRoles: false,
      randomFrameworks: false,
    },
    dueAt: undefined,
    lastRunAt: 0,
    lateMs: 0,
    runs: 0,
  };
}
