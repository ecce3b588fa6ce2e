/**
 * All facts about a cluster, as they are read and as they are kept.
 */

import type { AgentFacts, FrameworkFacts, HostPort, StatusRule } from './cluster-facts';
import { createTaskMap, type TaskMap, type Tasks } from './task-map';

/** The facts as readers change them. */
export interface Cluster {
  leader: HostPort | undefined;
  readonly agents: Map<string, AgentFacts>;
  readonly frameworks: Map<string, FrameworkFacts>;
  /** The tasks by `taskKey`, in the order of the document. */
  tasks: TaskMap;
  /** The rule for statuses without addresses. */
  readonly statusRule: StatusRule;
}

/** The facts as everything else sees them. */
export interface Snapshot {
  readonly leader: HostPort | undefined;
  readonly agents: ReadonlyMap<string, AgentFacts>;
  readonly frameworks: ReadonlyMap<string, FrameworkFacts>;
  readonly tasks: Tasks;
  readonly statusRule: StatusRule;
}

export function emptyCluster(statusRule: StatusRule = 'latest'): Cluster {
  return {
    leader: undefined,
    agents: new Map(),
    frameworks: new Map(),
    tasks: createTaskMap(),
    statusRule,
  };
}
