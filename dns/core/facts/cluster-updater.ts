/**
 * The interface that a master's events are applied to: a live zone has it, and plain facts have it too.
 */

import type { Cluster, Snapshot } from './cluster';
import type { AgentFacts, FrameworkFacts, HostPort, TaskFacts } from './cluster-facts';

export interface ClusterUpdater {
  readonly cluster: Snapshot;
  setLeader(leader: HostPort | undefined): void;
  setAgent(id: string, agent: AgentFacts | undefined): void;
  setFramework(id: string, framework: FrameworkFacts | undefined): void;
  setTask(task: TaskFacts): void;
  removeTask(key: string): void;
}

/** Changes plain facts, for a cluster that is still being read. */
export function plainUpdater(cluster: Cluster): ClusterUpdater {
  return {
    cluster,
    setLeader: (leader) => {
      cluster.leader = leader;
    },
    setAgent: (id, agent) => void (agent ? cluster.agents.set(id, agent) : cluster.agents.delete(id)),
    setFramework: (id, framework) =>
      void (framework ? cluster.frameworks.set(id, framework) : cluster.frameworks.delete(id)),
    setTask: (task) => cluster.tasks.set(task),
    removeTask: (key) => cluster.tasks.delete(key),
  };
}
