/**
 * The observer of a state that is being read: it sees each task as soon as that has been read.
 */

import type { Cluster } from './cluster';
import type { FrameworkFacts } from './cluster-facts';
import type { TaskBody } from './task-map';

export interface TaskObserver {
  /** Called after a task was added to the cluster; the framework is undefined when too little is known of it. */
  observe(cluster: Cluster, task: TaskBody, framework: FrameworkFacts | undefined): void;
}
