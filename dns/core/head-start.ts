/**
 * Records of tasks, made and sent out while the rest of the cluster is still being read: by the time the
 * last task is there, nearly all of a first zone is where questions are answered.
 *
 * Always true: parts that went out are only completed when all they were made of is the same in the end. Nothing of them is
 * answered before.
 */

import type { MakerContext, ZoneChange, ZoneHead } from './book';
import type { Cluster } from './cluster';
import { packTask } from './recipe';
import type { AgentFacts, FrameworkFacts } from './snapshot';
import { PART_THINGS } from './table';
import type { TaskBody } from './task-map';
import { taskRecipe } from './task-records';

/** Sees the tasks of a cluster as they are read. */
export interface TaskWatch {
  /** A task has been added to the cluster; its framework is undefined when too little is known of it. */
  task(cluster: Cluster, task: TaskBody, framework: FrameworkFacts | undefined): void;
}

export interface HeadStart extends TaskWatch {
  /**
   * For the cluster as it is in the end: the numbers of the tasks that have not gone out. Undefined when all of it has to
   * go out anew.
   */
  rest(cluster: Cluster): readonly number[] | undefined;
}

export interface HeadStartOptions {
  readonly context: MakerContext;
  readonly head: ZoneHead;
  /** The number of the thing that a task is. */
  readonly thingOf: (task: number) => number;
  /** Takes a part of a fresh zone, none of which is the last one. */
  readonly send: (part: ZoneChange) => void;
}

export function createHeadStart({ context, head, thingOf, send }: HeadStartOptions): HeadStart {
  const agents = new Map<string, AgentFacts>();
  const frameworks = new Map<string, FrameworkFacts>();
  const left: number[] = [];
  let of: Cluster | undefined;
  let first = true;
  /** Tasks of the part that is being made, and what they put in the zone. */
  let tasks: number[] = [];
  let recipes: string[] = [];
  const owned: MakerContext = {
    ...{ options: context.options, note: context.note, leader: undefined, masters: [] },
    addressesOf: context.addressesOf,
    agent: (id) => agents.get(id),
    framework: (id) => frameworks.get(id),
  };
  /** Tells that both owners of a task are there, as they were for the tasks before it. */
  const owners = (
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
    send({ head, fresh: true, first, last: false, total, things: tasks.map(thingOf), recipes });
    first = false;
    tasks = [];
    recipes = [];
  };
  return {
    task: (cluster, task, framework) => {
      of ??= cluster;
      if (of !== cluster) return;
      const number = cluster.tasks.end() - 1;
      if (!owners(cluster, task, framework)) {
        left.push(number);
        return;
      }
      const recipe = taskRecipe(owned, task);
      // One that puts nothing in the zone now never will: its owners are known.
      if (!recipe) return;
      tasks.push(number);
      recipes.push(packTask(recipe));
      if (tasks.length >= PART_THINGS) flush(cluster.tasks.size);
    },
    rest: (cluster) => {
      if (of !== cluster || first) return undefined;
      for (const [id, agent] of agents) if (cluster.agents.get(id) !== agent) return undefined;
      for (const [id, { name }] of frameworks)
        if (cluster.frameworks.get(id)?.name !== name) return undefined;
      return [...left, ...tasks];
    },
  };
}
