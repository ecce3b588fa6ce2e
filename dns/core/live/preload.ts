/**
 * The preload of a first zone: entries of tasks that go out while the rest of the state is still being read. By the time the
 * last task is there, nearly all of the zone is where questions are answered.
 *
 * Always true: preloaded parts are only completed when all they were made of is the same in the end. Nothing of them is
 * answered before.
 */

import type { Cluster } from '../facts/cluster';
import type { AgentFacts, FrameworkFacts } from '../facts/cluster-facts';
import type { TaskBody } from '../facts/task-map';
import type { TaskObserver } from '../facts/task-observer';
import { taskEntry } from '../records/task-entry';
import { packTask } from '../table/zone-entry';
import { PART_ENTRIES } from '../table/zone-table';
import type { RecordContext } from '../zone/record-sink';
import type { ZoneChange, ZoneHead } from '../zone/zone';

export interface Preload extends TaskObserver {
  /**
   * The numbers of the tasks that have not gone out, of the cluster as it is in the end. Undefined when all of it has to
   * go out anew.
   */
  unsent(cluster: Cluster): readonly number[] | undefined;
}

export interface PreloadOptions {
  readonly context: RecordContext;
  readonly head: ZoneHead;
  /** The number of a task's entry. */
  readonly entryNumberOf: (task: number) => number;
  /** Takes a part of a fresh zone, never the last part. */
  readonly send: (part: ZoneChange) => void;
}

/** The agents and frameworks that preloaded entries were made of. */
interface KnownParents {
  readonly agents: Map<string, AgentFacts>;
  readonly frameworks: Map<string, FrameworkFacts>;
}

export function createPreload({ context, head, entryNumberOf, send }: PreloadOptions): Preload {
  const parents: KnownParents = { agents: new Map(), frameworks: new Map() };
  const postponed: number[] = [];
  let observed: Cluster | undefined;
  let first = true;
  /** The tasks of the part that is being made, and their entries. */
  let tasks: number[] = [];
  let entries: string[] = [];
  const parentContext: RecordContext = {
    options: context.options,
    note: context.note,
    leader: undefined,
    masters: [],
    addressesOf: context.addressesOf,
    agent: (id) => parents.agents.get(id),
    framework: (id) => parents.frameworks.get(id),
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
      if (!addParents(parents, cluster, task, framework)) {
        postponed.push(number);
        return;
      }
      const entry = taskEntry(parentContext, task);
      // A task without an entry now will have none in the end: its parents are known.
      if (!entry) return;
      tasks.push(number);
      entries.push(packTask(entry));
      if (tasks.length >= PART_ENTRIES) flush(cluster.tasks.size);
    },
    unsent: (cluster) =>
      observed === cluster && !first && areUnchanged(parents, cluster) ? [...postponed, ...tasks] : undefined,
  };
}

/** Keeps the agent and the framework of a task as they were for the tasks before it; false when one is not there yet. */
function addParents(
  { agents, frameworks }: KnownParents,
  cluster: Cluster,
  { agentId }: TaskBody,
  framework: FrameworkFacts | undefined,
): boolean {
  const agent = cluster.agents.get(agentId);
  if (!agent || !framework) return false;
  if (!agents.has(agentId)) agents.set(agentId, agent);
  if (!frameworks.has(framework.id)) frameworks.set(framework.id, framework);
  return true;
}

/** True when the cluster has the same agents and frameworks in the end; entries have only the name of a framework. */
function areUnchanged({ agents, frameworks }: KnownParents, cluster: Cluster): boolean {
  for (const [id, agent] of agents) if (cluster.agents.get(id) !== agent) return false;
  for (const [id, { name }] of frameworks) if (cluster.frameworks.get(id)?.name !== name) return false;
  return true;
}
