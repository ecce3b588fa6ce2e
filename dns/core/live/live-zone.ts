/**
 * The zone kept up to date: the facts about the cluster, and the entries whose records may have changed. The cost of a
 * change depends on the entries it touches, not on the size of the cluster.
 *
 * Always true: an entry that went out is the one that would be made now, or it is marked to go out again; whatever an
 * emitter reads, the entries made of it are marked when that changes.
 */

import { type Cluster, emptyCluster, type Snapshot } from '../facts/cluster';
import type { AgentFacts, FrameworkFacts, HostPort, Note, TaskFacts } from '../facts/cluster-facts';
import type { TaskObserver } from '../facts/task-observer';
import { readAddress } from '../names/address';
import { emitMasters } from '../records/master-records';
import { emitServer } from '../records/server-records';
import type { RecordContext } from '../zone/record-sink';
import type { ZoneChange, ZoneHead, ZoneNode, ZoneOptions } from '../zone/zone';
import { createPreload } from './preload';
import { takeParts } from './zone-changes';
import {
  changeAgent,
  changeFramework,
  MASTERS,
  markOther,
  markReadersOf,
  markTask,
  markTasksOf,
  SERVER,
  sameFacts,
  setOther,
  taskEntryNumber,
  type ZoneData,
} from './zone-data';
import { nodesOf } from './zone-nodes';

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
  /** Replaces all facts, marking only the entries that differ. `next` may be kept. */
  replace(next: Cluster): void;
  /**
   * Sends parts of the zone while a state is being read, which is given to `replace` in the end. Undefined when a zone has
   * gone out already.
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
  /** Every name with its node, empty non-terminals included. Walks through everything. */
  nodes(): Iterable<[string, ZoneNode]>;
}

/** The size of the cache of IP literals, which is cleared when it is full. */
const LITERALS_MAX = 50_000;

export function createLiveZone(options: ZoneOptions, note: Note): LiveZone {
  const cluster: Cluster = emptyCluster(options.compat === 'standard' ? 'addressed' : 'latest');
  const addresses = new Map<string, readonly string[]>();
  let masters: readonly HostPort[] = [];
  let serialTaken = 0;
  const context: RecordContext = {
    options,
    note,
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
  const zone = createZoneData(options, cluster, context);
  const setters = settersOf(zone);
  return {
    cluster,
    context,
    ...setters,
    setMasters: (next) => {
      if (sameFacts(masters, next)) return;
      masters = next;
      zone.hosts = undefined;
      markOther(zone, MASTERS);
    },
    setHost: (host, hostAddresses) => {
      if (sameFacts(addresses.get(host) ?? [], hostAddresses)) return;
      addresses.set(host, hostAddresses);
      // Preloaded parts may have been made with the old addresses.
      if (!zone.unsent) zone.preload = undefined;
      markReadersOf(zone, host);
    },
    replace: (next) => replace(zone, setters, next),
    preload: (serial, send) => {
      if (!zone.fresh) return undefined;
      zone.unsent = undefined;
      const head = headOf(options, serial);
      zone.preload = createPreload({ context, head, entryNumberOf: taskEntryNumber, send });
      return zone.preload;
    },
    hosts: () => {
      zone.hosts ??= hostsOf(cluster, masters);
      return zone.hosts;
    },
    takeChanges: (serial) => {
      serialTaken = serial;
      return takeParts(zone, headOf(options, serial));
    },
    head: () => headOf(options, serialTaken),
    nodes: () => nodesOf(zone),
  };
}

function createZoneData(options: ZoneOptions, cluster: Cluster, context: RecordContext): ZoneData {
  const zone: ZoneData = {
    options,
    cluster,
    context,
    numbers: new Map(),
    emitters: [],
    free: [],
    changed: new Set(),
    hosts: undefined,
    fresh: true,
    preload: undefined,
    unsent: undefined,
  };
  setOther(zone, SERVER, (sink) => emitServer(context, sink));
  setOther(zone, MASTERS, (sink) => emitMasters(context, sink));
  return zone;
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

type Setters = Pick<LiveZone, 'setAgent' | 'setFramework' | 'setTask' | 'removeTask' | 'setLeader'>;

function settersOf(zone: ZoneData): Setters {
  const { cluster } = zone;
  return {
    setAgent: (id, agent) => {
      if (changeAgent(zone, id, agent)) markTasksOf(zone, { agents: new Set([id]) });
    },
    setFramework: (id, framework) => {
      if (changeFramework(zone, id, framework)) markTasksOf(zone, { frameworks: new Set([id]) });
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
      if (sameFacts(cluster.leader, leader)) return;
      cluster.leader = leader;
      zone.hosts = undefined;
      markOther(zone, MASTERS);
    },
  };
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
  markTasksOf(zone, { agents, frameworks });
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

/** The names of hosts that stand for the leader, masters, agents and frameworks. */
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
