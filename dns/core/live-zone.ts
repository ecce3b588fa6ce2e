/**
 * The zone as it is kept up to date: the facts, and for each thing of the cluster whether what it puts in the zone may have
 * changed. A change costs what it is about and not the size of the cluster.
 *
 * Always true: a thing's recipe that went out is what its maker would make now, or the thing waits to go out again:
 * whatever a maker reads, its readers are noted when that changes.
 */

import { readAddress } from './address';
import type { RecordContext, RecordSink, ZoneChange, ZoneHead, ZoneNode, ZoneOptions } from './book';
import { type Cluster, emptyCluster, type Snapshot } from './cluster';
import { emitAgent, emitFramework, emitMasters, emitServer } from './cluster-records';
import { lineSink, nodeFromLines } from './gather';
import { createPreload, type Preload, type TaskObserver } from './head-start';
import { LINE } from './packed';
import { expandEntry, packRecords, packTask } from './recipe';
import type { AgentFacts, FrameworkFacts, HostPort, Note, TaskFacts } from './snapshot';
import { PART_ENTRIES, parentOf } from './table';
import { taskEntry } from './task-records';

export interface LiveZone {
  readonly cluster: Snapshot;
  readonly context: RecordContext;
  setMasters(masters: readonly HostPort[]): void;
  setLeader(leader: HostPort | undefined): void;
  setAgent(id: string, agent: AgentFacts | undefined): void;
  setFramework(id: string, framework: FrameworkFacts | undefined): void;
  setTask(task: TaskFacts): void;
  removeTask(key: string): void;
  /** Sets the addresses of a host name. */
  setHost(host: string, addresses: readonly string[]): void;
  /** Makes the cluster the given one, which is taken over. Things that are equal are not touched. */
  replace(next: Cluster): void;
  /**
   * Sees a cluster that is being read, to be given to `replace` in the end, and sends parts of the zone while that goes on;
   * undefined when a zone has gone out already.
   */
  preload(serial: number, send: (part: ZoneChange) => void): TaskObserver | undefined;
  /** The host names whose addresses are wanted; the same set as before when nothing that has a host was changed. */
  hosts(): ReadonlySet<string>;
  /**
   * The changes since the last call: everything the first time and when very much has changed, none when nothing differs.
   * Parts are made when they are asked for; the last one has what has changed meanwhile, so that all together are the zone
   * at the moment of the last.
   */
  takeChanges(serial: number): Iterable<ZoneChange>;
  /** The head of the last change. */
  head(): ZoneHead;
  /** Every name with what stands at it, those between included. Walks through everything. */
  nodes(): Iterable<[string, ZoneNode]>;
}

const LITERALS_MAX = 50_000;
/** A change of more things than this goes out as a fresh zone, in parts: as one change it would hold up the questions. */
const CHANGED_MAX = 5000;

/** Everything that a zone is made of, and what of it has to go out. */
interface ZoneData {
  readonly options: ZoneOptions;
  readonly cluster: Cluster;
  readonly context: RecordContext;
  /** Things that are no tasks: their numbers, and their makers by number. */
  readonly numbers: Map<string, number>;
  readonly emitters: (Emitter | undefined)[];
  readonly free: number[];
  changed: Set<number>;
  /** The host names that are wanted, while nothing that has a host changes. */
  hosts: ReadonlySet<string> | undefined;
  /** Nothing has gone out yet, or so much has changed that all of it goes out again. */
  fresh: boolean;
  /** The part of a first zone that is sent before it is complete. */
  preload: Preload | undefined;
  /** The tasks that are left to go out of it once all of it is known. */
  unsent: readonly number[] | undefined;
}

type Emitter = (sink: RecordSink) => void;

/** Tasks have the even numbers, all other things the odd ones. */
const taskEntryNumber = (number: number): number => number * 2;
const otherEntryNumber = (number: number): number => number * 2 + 1;

export function createLiveZone(options: ZoneOptions, note: Note): LiveZone {
  const cluster: Cluster = emptyCluster(options.compat === 'standard' ? 'addressed' : 'latest');
  const addresses = new Map<string, readonly string[]>();
  let masters: readonly HostPort[] = [];
  let last = 0;
  const context: RecordContext = {
    ...{ options, note },
    addressesOf: addressLookup((host) => addresses.get(host) ?? []),
    agent: (id) => cluster.agents.get(id),
    framework: (id) => cluster.frameworks.get(id),
    get leader() {
      return cluster.leader;
    },
    get masters() {
      return masters;
    },
  };
  const zone: ZoneData = {
    ...{ options, cluster, context, numbers: new Map(), emitters: [], free: [] },
    ...{ changed: new Set(), hosts: undefined, fresh: true, preload: undefined, unsent: undefined },
  };
  setOther(zone, SERVER, (sink) => emitServer(context, sink));
  setOther(zone, MASTERS, (sink) => emitMasters(context, sink));
  const setters = settersOf(zone);
  return {
    cluster,
    context,
    ...setters,
    setMasters: (next) => {
      if (same(masters, next)) return;
      masters = next;
      zone.hosts = undefined;
      markOther(zone, MASTERS);
    },
    setHost: (host, hostAddresses) => {
      if (same(addresses.get(host) ?? [], hostAddresses)) return;
      addresses.set(host, hostAddresses);
      // What has gone out may have been made with the old ones.
      if (!zone.unsent) zone.preload = undefined;
      markReadersOf(zone, host);
    },
    replace: (next) => replace(zone, setters, next),
    preload: (serial, send) => {
      if (!zone.fresh) return undefined;
      zone.unsent = undefined;
      zone.preload = createPreload({
        context,
        head: headOf(options, serial),
        entryNumberOf: taskEntryNumber,
        send,
      });
      return zone.preload;
    },
    hosts: () => {
      zone.hosts ??= hostsOf(cluster, masters);
      return zone.hosts;
    },
    takeChanges: (serial) => {
      last = serial;
      return takeParts(zone, headOf(options, serial));
    },
    head: () => headOf(options, last),
    nodes: () => nodesOf(zone),
  };
}

/** The addresses of a host: itself when it is one. The same lists serve all tasks of an agent. */
function addressLookup(lookup: (host: string) => readonly string[]): RecordContext['addressesOf'] {
  const literals = new Map<string, readonly string[]>();
  return (host) => {
    const literal = literals.get(host);
    if (literal) return literal;
    const address = readAddress(host);
    if (!address) return lookup(host).flatMap((text) => readAddress(text)?.text ?? []);
    if (literals.size > LITERALS_MAX) literals.clear();
    const list = [address.text];
    literals.set(host, list);
    return list;
  };
}

const SERVER = 'server';
const MASTERS = 'masters';
const agentKey = (id: string): string => `agent ${id}`;
const frameworkKey = (id: string): string => `framework ${id}`;
const NO_IDS: ReadonlySet<string> = new Set();

/** A thing that is no task comes, or goes when it has no maker any more. */
function setOther(zone: ZoneData, key: string, emitter: Emitter | undefined): void {
  const held = zone.numbers.get(key);
  if (held === undefined && !emitter) return;
  const number = held ?? zone.free.pop() ?? zone.emitters.length;
  zone.emitters[number] = emitter;
  markChanged(zone, otherEntryNumber(number));
  if (emitter) zone.numbers.set(key, number);
  else {
    zone.numbers.delete(key);
    zone.free.push(number);
  }
}

/** Notes that a thing goes out again. */
function markChanged({ changed, fresh, unsent: rest }: ZoneData, entryNumber: number): void {
  if (!fresh || rest) changed.add(entryNumber);
}

function markOther(zone: ZoneData, key: string): void {
  const number = zone.numbers.get(key);
  if (number !== undefined) markChanged(zone, otherEntryNumber(number));
}

function markTask(zone: ZoneData, key: string): void {
  const number = zone.cluster.tasks.number(key);
  if (number !== undefined) markChanged(zone, taskEntryNumber(number));
}

/** Notes the tasks that read these agents and frameworks. */
function markTasksOf(zone: ZoneData, agents: ReadonlySet<string>, frameworks: ReadonlySet<string>): void {
  if (zone.fresh && !zone.unsent) return;
  for (const key of zone.cluster.tasks.ownedBy(agents, frameworks)) markTask(zone, key);
}

/** Notes all things whose records need the addresses of a host name. */
function markReadersOf(zone: ZoneData, host: string): void {
  const { agents, frameworks } = zone.cluster;
  markOther(zone, MASTERS);
  const onHost = [...agents.values()].filter(({ endpoint }) => endpoint?.host === host).map(({ id }) => id);
  for (const id of onHost) markOther(zone, agentKey(id));
  for (const [id, framework] of frameworks) if (framework.host === host) markOther(zone, frameworkKey(id));
  markTasksOf(zone, new Set(onHost), NO_IDS);
}

type Setters = Pick<LiveZone, 'setAgent' | 'setFramework' | 'setTask' | 'removeTask' | 'setLeader'>;

function settersOf(zone: ZoneData): Setters {
  const { cluster } = zone;
  return {
    setAgent: (id, agent) => {
      if (changeAgent(zone, id, agent)) markTasksOf(zone, new Set([id]), NO_IDS);
    },
    setFramework: (id, framework) => {
      if (changeFramework(zone, id, framework)) markTasksOf(zone, NO_IDS, new Set([id]));
    },
    setTask: (task) => {
      const before = cluster.tasks.text(task.key);
      cluster.tasks.set(task);
      if (cluster.tasks.text(task.key) !== before) markTask(zone, task.key);
    },
    removeTask: (key) => {
      markTask(zone, key);
      cluster.tasks.delete(key);
    },
    setLeader: (leader) => {
      if (same(cluster.leader, leader)) return;
      cluster.leader = leader;
      zone.hosts = undefined;
      markOther(zone, MASTERS);
    },
  };
}

/** Replaces an agent; true when it differs from the one before. */
function changeAgent(zone: ZoneData, id: string, agent: AgentFacts | undefined): boolean {
  const { cluster, context } = zone;
  if (same(cluster.agents.get(id), agent)) return false;
  place(cluster.agents, id, agent);
  zone.hosts = undefined;
  setOther(zone, agentKey(id), agent && ((sink) => emitAgent(context, sink, agent)));
  return true;
}

function changeFramework(zone: ZoneData, id: string, framework: FrameworkFacts | undefined): boolean {
  const { cluster, context } = zone;
  if (same(cluster.frameworks.get(id), framework)) return false;
  place(cluster.frameworks, id, framework);
  zone.hosts = undefined;
  setOther(zone, frameworkKey(id), framework && ((sink) => emitFramework(context, sink, framework)));
  return true;
}

function replace(zone: ZoneData, live: Setters, next: Cluster): void {
  const { cluster } = zone;
  live.setLeader(next.leader);
  const agents = new Set<string>();
  const frameworks = new Set<string>();
  for (const id of [...cluster.agents.keys(), ...next.agents.keys()])
    if (changeAgent(zone, id, next.agents.get(id))) agents.add(id);
  for (const id of [...cluster.frameworks.keys(), ...next.frameworks.keys()])
    if (changeFramework(zone, id, next.frameworks.get(id))) frameworks.add(id);
  if (zone.fresh) {
    cluster.tasks = next.tasks;
    zone.unsent = zone.preload?.unsent(next);
    return;
  }
  markTasksOf(zone, agents, frameworks);
  for (const key of cluster.tasks.keys()) if (!next.tasks.has(key)) live.removeTask(key);
  for (const key of next.tasks.keys()) {
    const text = next.tasks.text(key);
    if (text === undefined || text === cluster.tasks.text(key)) continue;
    cluster.tasks.setText(key, text);
    markTask(zone, key);
  }
}

function headOf({ domain, compat, authority }: ZoneOptions, serial: number): ZoneHead {
  return { domain, compat, authority: { ...authority, serial: serial >>> 0 } };
}

/** The entry of a thing in the zone; null when it has none. */
function entryOf({ cluster, context, emitters }: ZoneData, entryNumber: number): string | null {
  if (entryNumber % 2 === 1) {
    const emitter = emitters[(entryNumber - 1) / 2];
    return (emitter && packRecords(emitter)) ?? null;
  }
  const task = cluster.tasks.at(entryNumber / 2);
  const entry = task && taskEntry(context, task);
  return entry ? packTask(entry) : null;
}

function* takeParts(zone: ZoneData, head: ZoneHead): Generator<ZoneChange> {
  const { unsent: rest } = zone;
  const fresh = zone.fresh || zone.changed.size > CHANGED_MAX;
  const changed = [...zone.changed];
  // What has changed since parts went out ahead goes out with the last part.
  if (!rest) zone.changed = new Set();
  zone.fresh = false;
  zone.preload = undefined;
  zone.unsent = undefined;
  if (fresh) yield* takeFresh(zone, head, rest);
  else if (changed.length > 0)
    yield changeOf(zone, head, { fresh, first: true, last: true, entryNumbers: changed });
}

/** A fresh zone in parts: all of it, or what is left of one whose first parts have gone out. */
function* takeFresh(zone: ZoneData, head: ZoneHead, rest: ZoneData['unsent']): Generator<ZoneChange> {
  let first = !rest;
  let entryNumbers: number[] = [];
  for (const entryNumber of rest ? numbersLeft(zone, rest) : numbersUpTo(endOf(zone))) {
    entryNumbers.push(entryNumber);
    if (entryNumbers.length < PART_ENTRIES * 2) continue;
    yield changeOf(zone, head, { fresh: true, first, last: false, entryNumbers });
    first = false;
    entryNumbers = [];
  }
  entryNumbers.push(...zone.changed);
  zone.changed = new Set();
  yield changeOf(zone, head, { fresh: true, first, last: true, entryNumbers });
}

function* numbersUpTo(end: number): Generator<number> {
  for (let entryNumber = 0; entryNumber < end; entryNumber++) yield entryNumber;
}

function* numbersLeft({ emitters }: ZoneData, tasks: readonly number[]): Generator<number> {
  for (let other = 0; other < emitters.length; other++) yield otherEntryNumber(other);
  for (const task of tasks) yield taskEntryNumber(task);
}

/** One more than the highest number of a thing. */
function endOf({ cluster, emitters }: ZoneData): number {
  return Math.max(taskEntryNumber(cluster.tasks.end()), otherEntryNumber(emitters.length));
}

type Part = Pick<ZoneChange, 'fresh' | 'first' | 'last' | 'entryNumbers'>;

/** In a fresh zone things without records are not mentioned; those of the last part may have been before. */
function changeOf(zone: ZoneData, head: ZoneHead, { fresh, first, last, entryNumbers }: Part): ZoneChange {
  const [told, entries]: [number[], (string | null)[]] = [[], []];
  for (const entryNumber of entryNumbers) {
    const entry = entryOf(zone, entryNumber);
    if (entry === null && fresh && !last) continue;
    told.push(entryNumber);
    entries.push(entry);
  }
  const total = zone.cluster.tasks.size + zone.numbers.size;
  return { head, fresh, first, last, total, entryNumbers: told, entries };
}

/** Every name with what was put there, as one text for each until it is asked for: there may be very many at once. */
function* nodesOf(zone: ZoneData): Generator<[string, ZoneNode]> {
  const { domain } = zone.options;
  const written = new Map<string, string>();
  const sink = lineSink((name, line) => {
    const held = written.get(name);
    written.set(name, held === undefined ? line : held + LINE + line);
  });
  for (let entryNumber = 0; entryNumber < endOf(zone); entryNumber++) {
    const entry = entryOf(zone, entryNumber);
    if (entry !== null) expandEntry(zone.options, entry, sink);
  }
  for (const name of [domain, ...written.keys()]) addAbove(written, name, domain);
  for (const [name, lines] of written) yield [name, nodeFromLines(lines)];
}

/** Adds the domain and names that only have others below them. */
function addAbove(written: Map<string, string>, name: string, domain: string): void {
  let above: string | undefined = name === domain ? name : parentOf(name, domain);
  for (; above !== undefined && !written.has(above); above = parentOf(above, domain)) written.set(above, '');
}

function hostsOf(cluster: Cluster, masters: readonly HostPort[]): Set<string> {
  const hosts = new Set<string>();
  const add = (host: string | undefined): void => {
    if (host && !readAddress(host)) hosts.add(host);
  };
  add(cluster.leader?.host);
  for (const master of masters) add(master.host);
  for (const agent of cluster.agents.values()) add(agent.endpoint?.host);
  for (const framework of cluster.frameworks.values()) add(framework.host);
  return hosts;
}

function place<T>(map: Map<string, T>, key: string, value: T | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}

function same(left: unknown, right: unknown): boolean {
  if (left === right || left === undefined || right === undefined) return left === right;
  return JSON.stringify(left) === JSON.stringify(right);
}
