/**
 * The zone as it is kept up to date: the facts, and for each thing of the cluster whether what it puts in the zone may have
 * changed. A change costs what it is about and not the size of the cluster.
 *
 * Always true: a thing's recipe that went out is what its maker would make now, or the thing waits to go out again:
 * whatever a maker reads, its readers are noted when that changes.
 */

import { readAddress } from './address';
import type { MakerContext, Put, ZoneChange, ZoneHead, ZoneNode, ZoneOptions } from './book';
import { type Cluster, emptyCluster, type Snapshot } from './cluster';
import { putAgent, putFramework, putMasters, putServer } from './cluster-records';
import { readPuts, writePuts } from './gather';
import { createHeadStart, type HeadStart, type TaskWatch } from './head-start';
import { LINE } from './packed';
import { cook, packRecords, packTask } from './recipe';
import type { AgentFacts, FrameworkFacts, HostPort, Note, TaskFacts } from './snapshot';
import { PART_THINGS, parentOf } from './table';
import { taskRecipe } from './task-records';

export interface LiveZone {
  readonly cluster: Snapshot;
  readonly context: MakerContext;
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
  watch(serial: number, send: (part: ZoneChange) => void): TaskWatch | undefined;
  /** The host names whose addresses are wanted; the same set as before when nothing that has a host was changed. */
  hosts(): ReadonlySet<string>;
  /**
   * The changes since the last call: everything the first time and when very much has changed, none when nothing differs.
   * Parts are made when they are asked for; the last one has what has changed meanwhile, so that all together are the zone
   * at the moment of the last.
   */
  take(serial: number): Iterable<ZoneChange>;
  /** The head of the last change. */
  head(): ZoneHead;
  /** Every name with what stands at it, those between included. Walks through everything. */
  entries(): Iterable<[string, ZoneNode]>;
}

const OWN_MAX = 50_000;
/** A change of more things than this goes out as a fresh zone, in parts: as one change it would hold up the questions. */
const CHANGED_MAX = 5000;

/** Everything that a zone is made of, and what of it has to go out. */
interface Book {
  readonly options: ZoneOptions;
  readonly cluster: Cluster;
  readonly context: MakerContext;
  /** Things that are no tasks: their numbers, and their makers by number. */
  readonly numbers: Map<string, number>;
  readonly makers: (Maker | undefined)[];
  readonly free: number[];
  changed: Set<number>;
  /** The host names that are wanted, while nothing that has a host changes. */
  hosts: ReadonlySet<string> | undefined;
  /** Nothing has gone out yet, or so much has changed that all of it goes out again. */
  fresh: boolean;
  /** The part of a first zone that is sent before it is complete. */
  ahead: HeadStart | undefined;
  /** The tasks that are left to go out of it once all of it is known. */
  rest: readonly number[] | undefined;
}

type Maker = (put: Put) => void;

/** Tasks have the even numbers, all other things the odd ones. */
const thingOfTask = (number: number): number => number * 2;
const thingOfOther = (number: number): number => number * 2 + 1;

export function createLiveZone(options: ZoneOptions, note: Note): LiveZone {
  const cluster: Cluster = emptyCluster(options.compat === 'standard' ? 'addressed' : 'latest');
  const addresses = new Map<string, readonly string[]>();
  let masters: readonly HostPort[] = [];
  let last = 0;
  const context: MakerContext = {
    ...{ options, note },
    addressesOf: ownAddresses((host) => addresses.get(host) ?? []),
    agent: (id) => cluster.agents.get(id),
    framework: (id) => cluster.frameworks.get(id),
    get leader() {
      return cluster.leader;
    },
    get masters() {
      return masters;
    },
  };
  const book: Book = {
    ...{ options, cluster, context, numbers: new Map(), makers: [], free: [] },
    ...{ changed: new Set(), hosts: undefined, fresh: true, ahead: undefined, rest: undefined },
  };
  setOther(book, SERVER, (put) => putServer(context, put));
  setOther(book, MASTERS, (put) => putMasters(context, put));
  const setters = settersOf(book);
  return {
    cluster,
    context,
    ...setters,
    setMasters: (next) => {
      if (same(masters, next)) return;
      masters = next;
      book.hosts = undefined;
      touchOther(book, MASTERS);
    },
    setHost: (host, hostAddresses) => {
      if (same(addresses.get(host) ?? [], hostAddresses)) return;
      addresses.set(host, hostAddresses);
      // What has gone out may have been made with the old ones.
      if (!book.rest) book.ahead = undefined;
      touchReadersOf(book, host);
    },
    replace: (next) => replace(book, setters, next),
    watch: (serial, send) => {
      if (!book.fresh) return undefined;
      book.rest = undefined;
      book.ahead = createHeadStart({ context, head: headOf(options, serial), thingOf: thingOfTask, send });
      return book.ahead;
    },
    hosts: () => {
      book.hosts ??= hostsOf(cluster, masters);
      return book.hosts;
    },
    take: (serial) => {
      last = serial;
      return takeParts(book, headOf(options, serial));
    },
    head: () => headOf(options, last),
    entries: () => entriesOf(book),
  };
}

/** The addresses of a host: itself when it is one. The same lists serve all tasks of an agent. */
function ownAddresses(lookup: (host: string) => readonly string[]): MakerContext['addressesOf'] {
  const literals = new Map<string, readonly string[]>();
  return (host) => {
    const literal = literals.get(host);
    if (literal) return literal;
    const address = readAddress(host);
    if (!address) return lookup(host).flatMap((text) => readAddress(text)?.text ?? []);
    if (literals.size > OWN_MAX) literals.clear();
    const list = [address.text];
    literals.set(host, list);
    return list;
  };
}

const SERVER = 'server';
const MASTERS = 'masters';
const agentKey = (id: string): string => `agent ${id}`;
const frameworkKey = (id: string): string => `framework ${id}`;
const NOBODY: ReadonlySet<string> = new Set();

/** A thing that is no task comes, or goes when it has no maker any more. */
function setOther(book: Book, key: string, maker: Maker | undefined): void {
  const held = book.numbers.get(key);
  if (held === undefined && !maker) return;
  const number = held ?? book.free.pop() ?? book.makers.length;
  book.makers[number] = maker;
  touch(book, thingOfOther(number));
  if (maker) book.numbers.set(key, number);
  else {
    book.numbers.delete(key);
    book.free.push(number);
  }
}

/** Notes that a thing goes out again. */
function touch({ changed, fresh, rest }: Book, thing: number): void {
  if (!fresh || rest) changed.add(thing);
}

function touchOther(book: Book, key: string): void {
  const number = book.numbers.get(key);
  if (number !== undefined) touch(book, thingOfOther(number));
}

function touchTask(book: Book, key: string): void {
  const number = book.cluster.tasks.number(key);
  if (number !== undefined) touch(book, thingOfTask(number));
}

/** Notes the tasks that read these agents and frameworks. */
function touchTasksOf(book: Book, agents: ReadonlySet<string>, frameworks: ReadonlySet<string>): void {
  if (book.fresh && !book.rest) return;
  for (const key of book.cluster.tasks.ownedBy(agents, frameworks)) touchTask(book, key);
}

/** Notes all things whose records need the addresses of a host name. */
function touchReadersOf(book: Book, host: string): void {
  const { agents, frameworks } = book.cluster;
  touchOther(book, MASTERS);
  const onHost = [...agents.values()].filter(({ endpoint }) => endpoint?.host === host).map(({ id }) => id);
  for (const id of onHost) touchOther(book, agentKey(id));
  for (const [id, framework] of frameworks) if (framework.host === host) touchOther(book, frameworkKey(id));
  touchTasksOf(book, new Set(onHost), NOBODY);
}

type Setters = Pick<LiveZone, 'setAgent' | 'setFramework' | 'setTask' | 'removeTask' | 'setLeader'>;

function settersOf(book: Book): Setters {
  const { cluster } = book;
  return {
    setAgent: (id, agent) => {
      if (changeAgent(book, id, agent)) touchTasksOf(book, new Set([id]), NOBODY);
    },
    setFramework: (id, framework) => {
      if (changeFramework(book, id, framework)) touchTasksOf(book, NOBODY, new Set([id]));
    },
    setTask: (task) => {
      const before = cluster.tasks.text(task.key);
      cluster.tasks.set(task);
      if (cluster.tasks.text(task.key) !== before) touchTask(book, task.key);
    },
    removeTask: (key) => {
      touchTask(book, key);
      cluster.tasks.delete(key);
    },
    setLeader: (leader) => {
      if (same(cluster.leader, leader)) return;
      cluster.leader = leader;
      book.hosts = undefined;
      touchOther(book, MASTERS);
    },
  };
}

/** Replaces an agent; true when it differs from the one before. */
function changeAgent(book: Book, id: string, agent: AgentFacts | undefined): boolean {
  const { cluster, context } = book;
  if (same(cluster.agents.get(id), agent)) return false;
  place(cluster.agents, id, agent);
  book.hosts = undefined;
  setOther(book, agentKey(id), agent && ((put) => putAgent(context, put, agent)));
  return true;
}

function changeFramework(book: Book, id: string, framework: FrameworkFacts | undefined): boolean {
  const { cluster, context } = book;
  if (same(cluster.frameworks.get(id), framework)) return false;
  place(cluster.frameworks, id, framework);
  book.hosts = undefined;
  setOther(book, frameworkKey(id), framework && ((put) => putFramework(context, put, framework)));
  return true;
}

function replace(book: Book, live: Setters, next: Cluster): void {
  const { cluster } = book;
  live.setLeader(next.leader);
  const agents = new Set<string>();
  const frameworks = new Set<string>();
  for (const id of [...cluster.agents.keys(), ...next.agents.keys()])
    if (changeAgent(book, id, next.agents.get(id))) agents.add(id);
  for (const id of [...cluster.frameworks.keys(), ...next.frameworks.keys()])
    if (changeFramework(book, id, next.frameworks.get(id))) frameworks.add(id);
  if (book.fresh) {
    cluster.tasks = next.tasks;
    book.rest = book.ahead?.rest(next);
    return;
  }
  touchTasksOf(book, agents, frameworks);
  for (const key of cluster.tasks.keys()) if (!next.tasks.has(key)) live.removeTask(key);
  for (const key of next.tasks.keys()) {
    const text = next.tasks.text(key);
    if (text === undefined || text === cluster.tasks.text(key)) continue;
    cluster.tasks.setText(key, text);
    touchTask(book, key);
  }
}

function headOf({ domain, compat, authority }: ZoneOptions, serial: number): ZoneHead {
  return { domain, compat, authority: { ...authority, serial: serial >>> 0 } };
}

/** The entry of a thing in the zone; null when it has none. */
function recipeOf({ cluster, context, makers }: Book, thing: number): string | null {
  if (thing % 2 === 1) {
    const maker = makers[(thing - 1) / 2];
    return (maker && packRecords(maker)) ?? null;
  }
  const task = cluster.tasks.at(thing / 2);
  const recipe = task && taskRecipe(context, task);
  return recipe ? packTask(recipe) : null;
}

function* takeParts(book: Book, head: ZoneHead): Generator<ZoneChange> {
  const { rest } = book;
  const fresh = book.fresh || book.changed.size > CHANGED_MAX;
  const changed = [...book.changed];
  // What has changed since parts went out ahead goes out with the last part.
  if (!rest) book.changed = new Set();
  book.fresh = false;
  book.ahead = undefined;
  book.rest = undefined;
  if (fresh) yield* takeFresh(book, head, rest);
  else if (changed.length > 0)
    yield changeOf(book, head, { fresh, first: true, last: true, things: changed });
}

/** A fresh zone in parts: all of it, or what is left of one whose first parts have gone out. */
function* takeFresh(book: Book, head: ZoneHead, rest: Book['rest']): Generator<ZoneChange> {
  let first = !rest;
  let things: number[] = [];
  for (const thing of rest ? thingsLeft(book, rest) : thingsUpTo(endOf(book))) {
    things.push(thing);
    if (things.length < PART_THINGS * 2) continue;
    yield changeOf(book, head, { fresh: true, first, last: false, things });
    first = false;
    things = [];
  }
  things.push(...book.changed);
  book.changed = new Set();
  yield changeOf(book, head, { fresh: true, first, last: true, things });
}

function* thingsUpTo(end: number): Generator<number> {
  for (let thing = 0; thing < end; thing++) yield thing;
}

function* thingsLeft({ makers }: Book, tasks: readonly number[]): Generator<number> {
  for (let other = 0; other < makers.length; other++) yield thingOfOther(other);
  for (const task of tasks) yield thingOfTask(task);
}

/** One more than the highest number of a thing. */
function endOf({ cluster, makers }: Book): number {
  return Math.max(thingOfTask(cluster.tasks.end()), thingOfOther(makers.length));
}

type Part = Pick<ZoneChange, 'fresh' | 'first' | 'last' | 'things'>;

/** In a fresh zone things without records are not mentioned; those of the last part may have been before. */
function changeOf(book: Book, head: ZoneHead, { fresh, first, last, things }: Part): ZoneChange {
  const [told, recipes]: [number[], (string | null)[]] = [[], []];
  for (const thing of things) {
    const recipe = recipeOf(book, thing);
    if (recipe === null && fresh && !last) continue;
    told.push(thing);
    recipes.push(recipe);
  }
  const total = book.cluster.tasks.size + book.numbers.size;
  return { head, fresh, first, last, total, things: told, recipes };
}

/** Every name with what was put there, as one text for each until it is asked for: there may be very many at once. */
function* entriesOf(book: Book): Generator<[string, ZoneNode]> {
  const { domain } = book.options;
  const written = new Map<string, string>();
  const put = writePuts((name, line) => {
    const held = written.get(name);
    written.set(name, held === undefined ? line : held + LINE + line);
  });
  for (let thing = 0; thing < endOf(book); thing++) {
    const recipe = recipeOf(book, thing);
    if (recipe !== null) cook(book.options, recipe, put);
  }
  for (const name of [domain, ...written.keys()]) addAbove(written, name, domain);
  for (const [name, lines] of written) yield [name, readPuts(lines)];
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
