/**
 * The allocator's state: agents and frameworks, as far as they decide on offers.
 *
 * Always true: for the unshared resources of each agent, total + overcommitted = free + allocated, where allocated
 * means offered or used, and nothing is both free and overcommitted. Shared resources are offered from the total,
 * however many use them. The usage of a client or role in `roles` is the sum of its allocations on all agents.
 * `headroom` is the sum of the free resources that quotas count.
 */

import type { AgentId, FrameworkId } from '../../../model/ids';
import type { Quantities } from '../../../model/quantities';
import type { Resources } from '../../../model/resources';
import type { Millis } from '../../../model/time';
import type { AgentFacts } from '../offer-constraints/agent-facts';
import type { FrameworkFacts } from './facts';
import { DEFAULT_MINIMA } from './minimum';
import type { Quota, QuotaUse } from './quota-use';
import { type Client, emptyTree, type RoleTree } from './role-tree';

export interface AllocatorState {
  readonly agents: Map<AgentId, AllocatorAgent>;
  readonly frameworks: Map<FrameworkId, AllocatorFramework>;
  readonly roles: RoleTree;
  readonly quotas: Map<string, Quota>;
  readonly use: QuotaUse;
  /** Free unreserved scalars of all agents, in milli-units by name: those that quotas count. */
  readonly headroom: Map<string, number>;
  /** Agents whose offers may have changed: the candidates of the next run (`allocationCandidates` in Mesos). */
  readonly dirty: Set<AgentId>;
  /** Agents of which a run withheld resources for quotas. */
  readonly withheld: Set<AgentId>;
  /** True when resources became free since withheld agents were last reconsidered: less may have to be withheld. */
  quotaMoved: boolean;
  /** Time when withheld agents were last reconsidered. */
  withheldAt: Millis;
  /** Host names whose agents are offered; undefined for all. */
  whitelist: ReadonlySet<string> | undefined;
  /** Number of agents that must have registered before the first offer; undefined once offers have begun. */
  pausedUntil: number | undefined;
  /** Number of frameworks with minima of their own. */
  ownMinima: number;
  options: AllocatorOptions;
  /** Time of the next run; undefined when none is due. */
  dueAt: Millis | undefined;
  lastRunAt: Millis;
  /** Delay of the last run after its due time. */
  lateMs: Millis;
  runs: number;
}

export interface AllocatorOptions {
  readonly minima: readonly Quantities[];
  readonly filterGpus: boolean;
  /** The master's region; undefined without `--domain`, when no agent is remote. */
  readonly region: string | undefined;
  readonly randomRoles: boolean;
  readonly randomFrameworks: boolean;
}

export interface AllocatorAgent {
  readonly id: string;
  total: Resources;
  free: Resources;
  /** Allocated resources beyond the total: an agent may report less than its tasks still use. */
  overcommitted: Resources;
  /** The shared resources of the total. */
  shared: Resources;
  /** Allocated shared resources: one copy for each task, executor or offer that has it. */
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
  /** The framework's clients by role; roles that it has left are included while it has resources there. */
  readonly clients: Map<string, Client>;
  /** The framework's filters by agent. */
  readonly filters: Map<AgentId, Filter[]>;
}

export interface Filter {
  readonly role: string;
  readonly resources: Resources;
  readonly until: Millis;
}

export interface AllocationKey {
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
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
