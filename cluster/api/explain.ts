/**
 * Explanations of why a framework, role or task gets nothing, as `GET /explain/...` and the EXPLAIN_ calls
 * answer.
 *
 * Their reasons are values of a closed list.
 */

/** The allocator's reason between an agent and a framework, in the words of the answer. */
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

/** The reasons why an agent is not active, which the allocator does not distinguish. */
export type InactiveWhy = 'disconnected' | 'deactivated' | 'draining' | 'maintenance';

/** The part of a quota that withholds resources, which the allocator does not distinguish. */
export type QuotaWhy = 'quota limit' | 'quota headroom';

/** The reason that withholds every agent from a framework or one of its roles. */
export type GeneralWhy = 'paused' | 'framework inactive' | 'no roles' | 'suppressed' | 'no agents';

/** All reasons that may keep an agent, or all of them, from a framework. */
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
  /** The dominant share of the role divided by its weight; the role with the least is first. */
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
  /** The last reason in a status of the task. */
  readonly reason: string | undefined;
  readonly message: string | undefined;
  /** The reasons why the framework gets no more; undefined when it has ended. */
  readonly framework: FrameworkWhy | undefined;
}
