/**
 * Everything that a zone is made of, and the numbers of the entries that have to go out.
 *
 * Always true: tasks have the even entry numbers, all other things the odd ones; a number belongs to one thing at a time.
 */

import type { Cluster } from '../facts/cluster';
import type { AgentFacts, FrameworkFacts } from '../facts/cluster-facts';
import { emitAgent } from '../records/agent-records';
import { emitFramework } from '../records/framework-records';
import { taskEntry } from '../records/task-entry';
import { packRecords, packTask } from '../table/zone-entry';
import type { RecordContext, RecordSink } from '../zone/record-sink';
import type { ZoneOptions } from '../zone/zone';
import type { Preload } from './preload';

export interface ZoneData {
  readonly options: ZoneOptions;
  readonly cluster: Cluster;
  readonly context: RecordContext;
  /** The numbers of agents, frameworks, the masters and this server, by their keys. */
  readonly numbers: Map<string, number>;
  /** The emitters of their records, by these numbers. */
  readonly emitters: (Emitter | undefined)[];
  readonly free: number[];
  /** The numbers of entries that have to go out. */
  changed: Set<number>;
  /** The host names that are wanted; undefined after a change of anything that has a host. */
  hosts: ReadonlySet<string> | undefined;
  /** True while nothing has gone out. */
  fresh: boolean;
  /** The part of a first zone that is sent before the state has been read to its end. */
  preload: Preload | undefined;
  /** The tasks of that state that have not gone out, once it has been read. */
  unsent: readonly number[] | undefined;
}

/** Emits the records of an agent, a framework, the masters or this server. */
export type Emitter = (sink: RecordSink) => void;

/** The keys of this server, the masters, agents and frameworks in `numbers`. */
export const SERVER = 'server';
export const MASTERS = 'masters';
const agentKey = (id: string): string => `agent ${id}`;
const frameworkKey = (id: string): string => `framework ${id}`;
const NO_IDS: ReadonlySet<string> = new Set();

export const taskEntryNumber = (number: number): number => number * 2;
export const otherEntryNumber = (number: number): number => number * 2 + 1;

/** One more than the highest number of an entry. */
export function entryNumbersEnd({ cluster, emitters }: ZoneData): number {
  return Math.max(taskEntryNumber(cluster.tasks.end()), otherEntryNumber(emitters.length));
}

/** The text of an entry; null when there is none with this number. */
export function entryOf({ cluster, context, emitters }: ZoneData, entryNumber: number): string | null {
  if (entryNumber % 2 === 1) {
    const emitter = emitters[(entryNumber - 1) / 2];
    return (emitter && packRecords(emitter)) ?? null;
  }
  const task = cluster.tasks.at(entryNumber / 2);
  const entry = task && taskEntry(context, task);
  return entry ? packTask(entry) : null;
}

/** Adds or replaces the emitter of a key other than a task's; removes it when there is no emitter. */
export function setOther(zone: ZoneData, key: string, emitter: Emitter | undefined): void {
  const existing = zone.numbers.get(key);
  if (existing === undefined && !emitter) return;
  const number = existing ?? zone.free.pop() ?? zone.emitters.length;
  zone.emitters[number] = emitter;
  markChanged(zone, otherEntryNumber(number));
  if (emitter) zone.numbers.set(key, number);
  else {
    zone.numbers.delete(key);
    zone.free.push(number);
  }
}

/** Replaces an agent; true when it differs from the one before. */
export function changeAgent(zone: ZoneData, id: string, agent: AgentFacts | undefined): boolean {
  const { cluster, context } = zone;
  if (sameFacts(cluster.agents.get(id), agent)) return false;
  setOrDelete(cluster.agents, id, agent);
  zone.hosts = undefined;
  setOther(zone, agentKey(id), agent && ((sink) => emitAgent(context, sink, agent)));
  return true;
}

/** Replaces a framework; true when it differs from the one before. */
export function changeFramework(zone: ZoneData, id: string, framework: FrameworkFacts | undefined): boolean {
  const { cluster, context } = zone;
  if (sameFacts(cluster.frameworks.get(id), framework)) return false;
  setOrDelete(cluster.frameworks, id, framework);
  zone.hosts = undefined;
  setOther(zone, frameworkKey(id), framework && ((sink) => emitFramework(context, sink, framework)));
  return true;
}

/** Marks an entry as one that goes out again. */
function markChanged({ changed, fresh, unsent }: ZoneData, entryNumber: number): void {
  if (!fresh || unsent) changed.add(entryNumber);
}

export function markOther(zone: ZoneData, key: string): void {
  const number = zone.numbers.get(key);
  if (number !== undefined) markChanged(zone, otherEntryNumber(number));
}

export function markTask(zone: ZoneData, key: string): void {
  const number = zone.cluster.tasks.number(key);
  if (number !== undefined) markChanged(zone, taskEntryNumber(number));
}

/** Marks the tasks whose entries are made of these agents and frameworks. */
export function markTasksOf(
  zone: ZoneData,
  parents: { readonly agents?: ReadonlySet<string>; readonly frameworks?: ReadonlySet<string> },
): void {
  if (zone.fresh && !zone.unsent) return;
  const { agents = NO_IDS, frameworks = NO_IDS } = parents;
  for (const key of zone.cluster.tasks.keysOf(agents, frameworks)) markTask(zone, key);
}

/** Marks all entries that are made of the addresses of a host name. */
export function markReadersOf(zone: ZoneData, host: string): void {
  const { agents, frameworks } = zone.cluster;
  markOther(zone, MASTERS);
  const onHost = [...agents.values()].filter(({ endpoint }) => endpoint?.host === host).map(({ id }) => id);
  for (const id of onHost) markOther(zone, agentKey(id));
  for (const [id, framework] of frameworks) if (framework.host === host) markOther(zone, frameworkKey(id));
  markTasksOf(zone, { agents: new Set(onHost) });
}

/** Sets a value, or deletes the key when there is none. */
function setOrDelete<T>(map: Map<string, T>, key: string, value: T | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}

/** True for facts with the same content. */
export function sameFacts(left: unknown, right: unknown): boolean {
  if (left === right || left === undefined || right === undefined) return left === right;
  return JSON.stringify(left) === JSON.stringify(right);
}
