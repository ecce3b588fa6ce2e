/**
 * Records of tasks, made and sent out while the rest of the cluster is still being read: by the time the
 * last task is there, nearly all of a first zone is where questions are answered.
 *
 * Always true: parts that went out are only completed when all they were made of is the same in the end. Nothing of them is
 * answered before.
 */

import type { RecordContext, ZoneChange, ZoneHead } from './book';
import type { Cluster } from './cluster';
import { packTask } from './recipe';
import type { AgentFacts, FrameworkFacts } from './snapshot';
import { PART_ENTRIES } from './table';
import type { TaskBody } from './task-map';
import { taskEntry } from './task-records';

/** Sees the tasks of a cluster as they are read. */
export interface TaskObserver {
  /** A task has been added to the cluster; its framework is undefined when too little is known of it. */
  observe(cluster: Cluster, task: TaskBody, framework: FrameworkFacts | undefined): void;
}

export interface Preload extends TaskObserver {
  /**
   * For the cluster as it is in the end: the numbers of the tasks that have not gone out. Undefined when all of it has to
   * go out anew.
   */
  unsent(cluster: Cluster): readonly number[] | undefined;
}

export interface PreloadOptions {
  readonly context: RecordContext;
  readonly head: ZoneHead;
  /** The number of the thing that a task is. */
  readonly entryNumberOf: (task: number) => number;
  /** Takes a part of a fresh zone, none of which is the last one. */
  readonly send: (part: ZoneChange) => void;
}

export function createPreload({ context, head, entryNumberOf, send }: PreloadOptions): Preload {
  const agents = new Map<string, AgentFacts>();
  const frameworks = new Map<string, FrameworkFacts>();
  const postponed: number[] = [];
  let observed: Cluster | undefined;
  let first = true;
  /** Tasks of the part that is being made, and what they put in the zone. */
  let tasks: number[] = [];
  let entries: string[] = [];
  const ownerContext: RecordContext = {
    ...{ options: context.options, note: context.note, leader: undefined, masters: [] },
    addressesOf: context.addressesOf,
    agent: (id) => agents.get(id),
    framework: (id) => frameworks.get(id),
  };
  /** Tells that both owners of a task are there, as they were for the tasks before it. */
  const hasOwners = (
    cluster: Cluster,
    { agentId }: TaskBody,
    framework: FrameworkFacts | undefined,
  ): boolean => {
    const agent = cluster.agents.get(agentId);
    if (!agent || !framework) return false;
    if (!agents.has(agentId)) agents.set(agentId, agent);
    if (!frameworks.has(framework.id)) frameworks.set(framework.id, framework);
    return true;
  };
  const flush = (total: number): void => {
    send({ head, fresh: true, first, last: false, total, entryNumbers: tasks.map(entryNumberOf), entries });
    first = false;
    tasks = [];
    entries = [];
  };
  return {
    observe: (cluster, task, framework) => {
      observed ??= cluster;
      if (observed !== cluster) return;
      const number = cluster.tasks.end() - 1;
      if (!hasOwners(cluster, task, framework)) {
        postponed.push(number);
        return;
      }
      const entry = taskEntry(ownerContext, task);
      // One that puts nothing in the zone now never will: its owners are known.
      if (!entry) return;
      tasks.push(number);
      entries.push(packTask(entry));
      if (tasks.length >= PART_ENTRIES) flush(cluster.tasks.size);
    },
    unsent: (cluster) => {
      if (observed !== cluster || first) return undefined;
      for (const [id, agent] of agents) if (cluster.agents.get(id) !== agent) return undefined;
      for (const [id, { name }] of frameworks)
        if (cluster.frameworks.get(id)?.name !== name) return undefined;
      return [...postponed, ...tasks];
    },
  };
}
