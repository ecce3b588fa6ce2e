/**
 * Reads a master's `/state` document into facts. Member names and shapes are those of Mesos' v0 state.
 *
 * The document is read while it arrives. Parts that make no records (finished tasks, executors, offers) are
 * skipped.
 */

import { type Cluster, emptyCluster } from '../facts/cluster';
import {
  type AgentFacts,
  type FrameworkFacts,
  type HostPort,
  type Note,
  type StatusRule,
  type TaskFacts,
  taskKey,
} from '../facts/cluster-facts';
import type { TaskObserver } from '../facts/task-observer';
import { asText, membersOf, textAt, valueAt } from './json';
import { createJsonScanner, type Decision } from './json-scan';
import { listShape, membersShape, WHOLE } from './json-shape';
import {
  DISCOVERY_SHAPE,
  readDiscovery,
  readPid,
  readPortRanges,
  readStatuses,
  STATUS_SHAPE,
  usablePorts,
} from './read-facts';

/** For tasks, whose framework may not be known before all of its members have been read. */
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The contents of a document. */
export interface StateDocument {
  readonly cluster: Cluster;
  /** The master that wrote it, as it calls itself; undefined when it does not. */
  readonly pid: HostPort | undefined;
}

export interface StateReader {
  /** Takes the next bytes; throws for bytes that are not JSON. */
  feed(chunk: Uint8Array): void;
  /** The facts that have been read. Throws when the document is not complete or names no leader. */
  finish(): StateDocument;
}

const TASK_SHAPE = membersShape({
  id: WHOLE,
  name: WHOLE,
  slave_id: WHOLE,
  state: WHOLE,
  resources: membersShape({ ports: WHOLE }),
  statuses: listShape(STATUS_SHAPE),
  discovery: DISCOVERY_SHAPE,
});

/** The paths of the parts that are read; every other part is skipped. */
const DECISIONS: Readonly<Record<string, Decision>> = {
  '': 'into',
  leader: 'take',
  pid: 'take',
  slaves: 'into',
  'slaves/*': 'take',
  frameworks: 'into',
  'frameworks/*': 'into',
  'frameworks/*/id': 'take',
  'frameworks/*/name': 'take',
  'frameworks/*/pid': 'take',
  'frameworks/*/hostname': 'take',
  'frameworks/*/tasks': 'into',
  'frameworks/*/tasks/*': TASK_SHAPE,
};

/** The framework whose members are being read. */
interface OpenFramework {
  readonly members: Record<string, unknown>;
  /** The id, once a task has needed it. */
  id: string | undefined;
  /** The framework as it was known when its first task was read; undefined without its name. */
  facts: FrameworkFacts | undefined;
  /** Tasks that came before the id of their framework. */
  readonly early: Mutable<TaskFacts>[];
}

/** A document that is being read. */
interface Reading {
  readonly cluster: Cluster;
  readonly note: Note;
  readonly rule: StatusRule;
  readonly observer: TaskObserver | undefined;
  framework: OpenFramework;
  frameworksRead: number;
  duplicates: number;
}

/**
 * Reads a document piece by piece. Entries that cannot be used are left out with a note; the rest stays. The observer
 * sees each task as it is read.
 */
export function createStateReader(
  note: Note,
  observer?: TaskObserver,
  rule: StatusRule = 'latest',
): StateReader {
  const cluster = emptyCluster(rule);
  const framework = openFramework();
  const reading: Reading = { cluster, note, rule, observer, framework, frameworksRead: 0, duplicates: 0 };
  const top: Record<string, unknown> = {};
  const scanner = createJsonScanner({
    decide: (path) => DECISIONS[path.join('/')] ?? 'skip',
    take: (path, value) => {
      const [first = '', , member, item] = path;
      if (path.length === 1) top[first] = value;
      else if (first === 'slaves') addAgent(cluster, value, note);
      else if (item !== undefined) takeTask(reading, value);
      else if (member !== undefined) reading.framework.members[member] = value;
    },
    end: (path) => {
      if (path.length === 2 && path[0] === 'frameworks') endFramework(reading);
    },
  });
  const finish = (): StateDocument => {
    if (!scanner.done()) throw new Error('the document ends early');
    const leader = textAt(top, 'leader');
    cluster.leader = leader === undefined ? undefined : readPid(leader);
    if (!cluster.leader)
      throw new Error(`the state names no leader: ${JSON.stringify(valueAt(top, 'leader'))}`);
    return { cluster, pid: readPid(textAt(top, 'pid') ?? '') };
  };
  return { feed: scanner.feed, finish };
}

function openFramework(): OpenFramework {
  return { members: {}, id: undefined, facts: undefined, early: [] };
}

function takeTask(reading: Reading, value: unknown): void {
  const { cluster, framework } = reading;
  const task = readTask(value, reading.rule, reading.note);
  // The same text as the agent has: a look-up of the agent by it need not compare characters.
  if (task) task.agentId = cluster.agents.get(task.agentId)?.id ?? task.agentId;
  if (framework.id === undefined) identify(reading);
  if (task && framework.id !== undefined) addTask(reading, task, framework.id);
  else if (task) framework.early.push(task);
}

/** Gives the open framework its id as soon as the document has told it. */
function identify({ cluster, framework, frameworksRead }: Reading): void {
  const id = textAt(framework.members, 'id');
  if (id === undefined) return;
  framework.id = distinctId(cluster, id, frameworksRead);
  if (textAt(framework.members, 'name') !== undefined)
    framework.facts = readFramework(framework.members, framework.id, () => undefined);
}

function addTask(reading: Reading, task: Mutable<TaskFacts>, frameworkId: string): void {
  const { cluster, framework, observer } = reading;
  task.frameworkId = frameworkId;
  task.key = taskKey(frameworkId, task.id);
  if (!cluster.tasks.add(task)) {
    task.key += ` again ${++reading.duplicates}`;
    cluster.tasks.set(task);
  }
  observer?.observe(cluster, task, framework.facts);
}

function endFramework(reading: Reading): void {
  const { cluster, framework, frameworksRead, note } = reading;
  const { members, early } = framework;
  const id = framework.id ?? distinctId(cluster, textAt(members, 'id'), frameworksRead);
  cluster.frameworks.set(id, readFramework(members, id, note));
  for (const task of early) addTask(reading, task, id);
  reading.framework = openFramework();
  reading.frameworksRead++;
}

/** Documents without framework ids are read too; the position in the list tells them apart. */
function distinctId(cluster: Cluster, documentId: string | undefined, position: number): string {
  const isDistinct = documentId !== undefined && !cluster.frameworks.has(documentId);
  return isDistinct ? documentId : `${documentId ?? ''}#${position}`;
}

function addAgent(cluster: Cluster, slave: unknown, note: Note): void {
  const id = textAt(slave, 'id');
  if (id === undefined || id === '') {
    note('an agent without id is left out');
    return;
  }
  const endpoint = readPid(textAt(slave, 'pid') ?? '');
  if (!endpoint) note(`agent ${id}: pid ${JSON.stringify(valueAt(slave, 'pid'))} is not id@host:port`);
  const agent: AgentFacts = { id, endpoint };
  cluster.agents.set(id, agent);
}

function readFramework(entry: unknown, id: string, note: Note): FrameworkFacts {
  const name = textAt(entry, 'name') ?? '';
  const pid = textAt(entry, 'pid');
  if (pid === undefined) return { id, name, host: textAt(entry, 'hostname'), port: undefined };
  const endpoint = readPid(pid);
  if (!endpoint) note(`framework ${id}: pid ${JSON.stringify(pid)} is not id@host:port`);
  return { id, name, host: endpoint?.host, port: endpoint?.port };
}

function readTask(value: unknown, rule: StatusRule, note: Note): Mutable<TaskFacts> | undefined {
  if (typeof value !== 'object' || value === null) {
    note('a task that is not an object is left out');
    return undefined;
  }
  const item = membersOf(value);
  const id = asText(item['id']) ?? '';
  const taskNote: Note = (text) => note(`task ${id}: ${text}`);
  return {
    key: '',
    id,
    frameworkId: '',
    agentId: asText(item['slave_id']) ?? '',
    name: asText(item['name']) ?? '',
    state: asText(item['state']) ?? '',
    ports: readPorts(membersOf(item['resources'])['ports'], taskNote),
    running: readStatuses(item['statuses'], rule),
    discovery: readDiscovery(item['discovery'], taskNote),
  };
}

function readPorts(ports: unknown, note: Note): TaskFacts['ports'] {
  if (ports === undefined || ports === null || ports === '') return [];
  const ranges = typeof ports === 'string' ? knownRanges(ports) : { error: 'ports are not a text' };
  if (!('error' in ranges)) return usablePorts(ranges, note);
  note(`${ranges.error}; the task gets no port records`);
  return [];
}

/** Ranges that were read lately: many tasks have the same ports, on different agents. */
const rangesRead = new Map<string, ReturnType<typeof readPortRanges>>();
const RANGES_READ_MAX = 5000;

function knownRanges(text: string): ReturnType<typeof readPortRanges> {
  const previous = rangesRead.get(text);
  if (previous) return previous;
  if (rangesRead.size >= RANGES_READ_MAX) rangesRead.clear();
  const ranges = readPortRanges(text);
  // A short text is kept by itself; a long one would keep what it was cut from.
  if (text.length < 50) rangesRead.set([...text].join(''), ranges);
  return ranges;
}
