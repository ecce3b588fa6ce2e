/**
 * The zone as it is kept up to date: each thing of the cluster puts its records in when it comes and takes the same ones
 * out when it goes, so that a change costs what it is about and not the size of the cluster.
 *
 * Always true: what a thing put in is what its maker would put in now. Before anything that a maker reads is changed, the
 * records of all things that read it are taken out; afterwards they are put in again. A value that several things put at a
 * name stands there once, and goes with the last of them.
 */

import { readAddress } from './address';
import type { MakerContext, Put, ZoneChange, ZoneHead, ZoneOptions } from './book';
import { putAgent, putFramework, putMasters, putServer } from './cluster-records';
import { createNodes, type Direction, type Nodes } from './nodes';
import {
  type AgentFacts,
  type Cluster,
  emptyCluster,
  type FrameworkFacts,
  type HostPort,
  type Note,
  type Snapshot,
  type TaskFacts,
} from './snapshot';
import { putTask } from './task-records';

export interface LiveZone {
  readonly cluster: Snapshot;
  readonly context: MakerContext;
  setMasters(masters: readonly HostPort[]): void;
  setLeader(leader: HostPort | undefined): void;
  setAgent(id: string, agent: AgentFacts | undefined): void;
  setFramework(id: string, framework: FrameworkFacts | undefined): void;
  setTask(task: TaskFacts): void;
  removeTask(key: string): void;
  /** What a host name resolves to from now on. */
  setHost(host: string, addresses: readonly string[]): void;
  /** Makes the cluster the given one. Things that are equal are not touched. */
  replace(next: Snapshot): void;
  /** The host names whose addresses are wanted. */
  hosts(): Set<string>;
  /** The changes since the last call: all names the first time, none when nothing differs. */
  take(serial: number): ZoneChange[];
  /** The head of the last change. */
  head(): ZoneHead;
  /** Every name with its packed node. */
  entries(): Iterable<[string, string]>;
  names(): number;
}

/** Names in one part of a large change: each is handled by the answering thread in a moment. */
const PART_NAMES = 2000;
const OWN_MAX = 50_000;

export function createLiveZone(options: ZoneOptions, note: Note): LiveZone {
  const cluster: Cluster = emptyCluster();
  const nodes = createNodes(options);
  const addresses = new Map<string, readonly string[]>();
  /** Hosts that are addresses; the same lists serve all tasks of an agent. */
  const own = new Map<string, readonly string[]>();
  let masters: readonly HostPort[] = [];
  let last = 0;
  const context: MakerContext = {
    options,
    note,
    addressesOf: (host) => {
      const known = own.get(host);
      if (known) return known;
      const address = readAddress(host);
      if (!address) return (addresses.get(host) ?? []).flatMap((text) => readAddress(text)?.text ?? []);
      if (own.size > OWN_MAX) own.clear();
      const list = [address.text];
      own.set(host, list);
      return list;
    },
    agent: (id) => cluster.agents.get(id),
    framework: (id) => cluster.frameworks.get(id),
    get leader() {
      return cluster.leader;
    },
    get masters() {
      return masters;
    },
  };
  const things = thingsOf(cluster, context, (how) => nodes.put(how));
  const setters = settersOf(cluster, things);
  things.server('in');
  things.masters('in');
  return {
    cluster,
    context,
    ...setters,
    setMasters: (next) => {
      if (same(masters, next)) return;
      around([things.masters], () => {
        masters = next;
      });
    },
    setHost: (host, found) => {
      if (same(addresses.get(host) ?? [], found)) return;
      around(things.readersOf(host), () => void addresses.set(host, found));
    },
    replace: (next) => replace(cluster, setters, next),
    hosts: () => hostsOf(cluster, masters),
    take: (serial) => {
      last = serial;
      return takeParts(headOf(options, serial), nodes);
    },
    head: () => headOf(options, last),
    entries: () => nodes.entries(),
    names: () => nodes.size(),
  };
}

type Setters = Pick<LiveZone, 'setAgent' | 'setFramework' | 'setTask' | 'removeTask' | 'setLeader'>;

/** Takes the records of things out, changes what they read, and puts them in again. */
function around(affected: readonly Thing[], change: () => void): void {
  for (const thing of affected) thing('out');
  change();
  for (const thing of affected) thing('in');
}

function settersOf(cluster: Cluster, things: Things): Setters {
  const setAgent = (id: string, agent: AgentFacts | undefined): void => {
    if (same(cluster.agents.get(id), agent)) return;
    const tasks = [...cluster.tasks.values()].filter((task) => task.agentId === id);
    around([things.agent(id), ...tasks.map(things.task)], () => place(cluster.agents, id, agent));
  };
  const setFramework = (id: string, framework: FrameworkFacts | undefined): void => {
    if (same(cluster.frameworks.get(id), framework)) return;
    const tasks = [...cluster.tasks.values()].filter((task) => task.frameworkId === id);
    around([things.framework(id), ...tasks.map(things.task)], () => place(cluster.frameworks, id, framework));
  };
  const setTask = (task: TaskFacts): void => {
    const held = cluster.tasks.get(task.key);
    if (held) things.task(held)('out');
    cluster.tasks.set(task.key, task);
    things.task(task)('in');
  };
  const removeTask = (key: string): void => {
    const held = cluster.tasks.get(key);
    if (held) things.task(held)('out');
    cluster.tasks.delete(key);
  };
  const setLeader = (leader: HostPort | undefined): void => {
    if (same(cluster.leader, leader)) return;
    around([things.masters], () => {
      cluster.leader = leader;
    });
  };
  return { setAgent, setFramework, setTask, removeTask, setLeader };
}

/** Puts the records of one thing in, or takes them out. */
type Thing = (how: Direction) => void;

interface Things {
  readonly server: Thing;
  readonly masters: Thing;
  agent(id: string): Thing;
  framework(id: string): Thing;
  task(task: TaskFacts): Thing;
  /** All things whose records need the addresses of a host name. */
  readersOf(host: string): Thing[];
}

function thingsOf(
  cluster: Cluster,
  context: MakerContext,
  put: (how: Direction) => Put & { readonly sick: Put },
): Things {
  const agent =
    (id: string): Thing =>
    (how) => {
      const held = cluster.agents.get(id);
      if (held) putAgent(context, put(how), held);
    };
  const framework =
    (id: string): Thing =>
    (how) => {
      const held = cluster.frameworks.get(id);
      if (held) putFramework(context, put(how), held);
    };
  const task =
    (facts: TaskFacts): Thing =>
    (how) =>
      putTask(context, put(how), facts);
  const masters: Thing = (how) => putMasters(context, put(how));
  const readersOf = (host: string): Thing[] => {
    const agents = [...cluster.agents.values()].filter(({ at }) => at?.host === host).map(({ id }) => id);
    const onThem = new Set(agents);
    const frameworks = [...cluster.frameworks.values()].filter((one) => one.host === host);
    const tasks =
      onThem.size === 0 ? [] : [...cluster.tasks.values()].filter((one) => onThem.has(one.agentId));
    return [masters, ...agents.map(agent), ...frameworks.map(({ id }) => framework(id)), ...tasks.map(task)];
  };
  return { server: (how) => putServer(context, put(how)), masters, agent, framework, task, readersOf };
}

function replace(cluster: Cluster, live: Setters, next: Snapshot): void {
  live.setLeader(next.leader);
  // Tasks go first and come last, so that changes of agents and frameworks move few of them.
  for (const key of [...cluster.tasks.keys()]) if (!next.tasks.has(key)) live.removeTask(key);
  for (const id of [...cluster.agents.keys()]) if (!next.agents.has(id)) live.setAgent(id, undefined);
  for (const id of [...cluster.frameworks.keys()])
    if (!next.frameworks.has(id)) live.setFramework(id, undefined);
  for (const agent of next.agents.values()) live.setAgent(agent.id, agent);
  for (const framework of next.frameworks.values()) live.setFramework(framework.id, framework);
  for (const [key, task] of next.tasks) if (!same(cluster.tasks.get(key), task)) live.setTask(task);
}

function headOf({ domain, compat, authority }: ZoneOptions, serial: number): ZoneHead {
  return { domain, compat, authority: { ...authority, serial: serial >>> 0 } };
}

function takeParts(head: ZoneHead, nodes: Nodes): ZoneChange[] {
  const { fresh, names, packed } = nodes.take();
  if (names.length === 0) return [];
  const parts: ZoneChange[] = [];
  // Small changes are one part; a fresh zone may come in many.
  const step = fresh ? PART_NAMES : names.length;
  for (let from = 0; from < names.length; from += step) {
    const last = from + step >= names.length;
    const slice = { names: names.slice(from, from + step), nodes: packed.slice(from, from + step) };
    parts.push({ head, fresh, last, ...slice });
  }
  return parts;
}

function hostsOf(cluster: Cluster, masters: readonly HostPort[]): Set<string> {
  const hosts = new Set<string>();
  const add = (host: string | undefined): void => {
    if (host && !readAddress(host)) hosts.add(host);
  };
  add(cluster.leader?.host);
  for (const master of masters) add(master.host);
  for (const agent of cluster.agents.values()) add(agent.at?.host);
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
