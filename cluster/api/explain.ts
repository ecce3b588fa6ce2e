/**
 * Explanations of why a framework, role or task gets nothing, as `GET /explain/...` and the EXPLAIN_ calls
 * answer them: values of a closed list.
 */

/** The allocator's finding between an agent and a framework, in the words in which it is told. */
export type MatchWhy =
  | 'not whitelisted'
  | 'agent not multi-role'
  | 'agent not hierarchical'
  | 'constraint'
  | 'nothing free'
  | 'reserved for others'
  | 'below minimum'
  | 'gpu'
  | 'remote region'
  | 'capability'
  | 'refused';

/** Why an agent is not active: to the allocator all of these are the same. */
export type InactiveWhy = 'disconnected' | 'deactivated' | 'draining' | 'maintenance';

/** The part of a quota that withholds resources: to the allocator both are the same. */
export type QuotaWhy = 'quota limit' | 'quota headroom';

/** The reason that withholds every agent from a framework or one of its roles. */
export type GeneralWhy = 'paused' | 'framework inactive' | 'no roles' | 'suppressed' | 'no agents';

/** Everything that may keep an agent, or all of them, from a framework. */
export type Why = MatchWhy | InactiveWhy | QuotaWhy | GeneralWhy | 'offered' | 'next run';

export interface AgentWhy {
  readonly agent_id: string;
  readonly hostname: string;
  readonly reason: Why;
  /** The free resources for the role. */
  readonly free: string;
}

export interface RoleWhy {
  readonly role: string;
  /** Reasons that withhold every agent, whatever it has. */
  readonly reasons: readonly Why[];
  /** Number of agents that each reason withholds. */
  readonly counts: Readonly<Partial<Record<Why, number>>>;
  readonly agents: readonly AgentWhy[];
}

export interface FrameworkWhy {
  readonly framework_id: string;
  readonly name: string;
  readonly reasons: readonly Why[];
  readonly roles: readonly RoleWhy[];
}

export interface RoleExplanation {
  readonly role: string;
  readonly weight: number;
  /**
   * The part of the cluster that it has, by what it has most of, divided by the weight: who has least is
   * first.
   */
  readonly share: number;
  readonly guarantee: string;
  readonly limit: string;
  readonly consumed: string;
  readonly frameworks: readonly FrameworkWhy[];
}

export interface TaskExplanation {
  readonly task_id: string;
  readonly state: string;
  readonly agent_id: string;
  /** The last reason in a status of it. */
  readonly reason: string | undefined;
  readonly message: string | undefined;
  /** Why its framework gets no more; undefined when the framework has ended. */
  readonly framework: FrameworkWhy | undefined;
}
