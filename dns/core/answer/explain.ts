/**
 * The origin of an answer: the things of the cluster that a name has its records from, and for a name without records the
 * tasks that would have it if they were listed.
 *
 * Always true: the cost has a limit that does not depend on the size of the cluster, since this runs in the thread that
 * makes the zone and anybody may ask.
 */

import { nearest } from '../../../cluster/model/nearest';
import type { Range } from '../../../cluster/model/ranges';
import { labelKey } from '../facts/task-label-index';
import type { TaskBody } from '../facts/task-map';
import type { LiveZone } from '../live/live-zone';
import { NAME_MAX } from '../names/labels';
import { emitAgent } from '../records/agent-records';
import { emitFramework } from '../records/framework-records';
import { emitMasters } from '../records/master-records';
import { emitServer } from '../records/server-records';
import { whyNoAddress } from '../records/task-addresses';
import { assumedTaskEntry, type TaskEntry, taskEntry, whyNotListed } from '../records/task-entry';
import { emitTask } from '../records/task-records';
import type { RecordSink, TaskRecordSink } from '../zone/record-sink';
import type { Naming } from '../zone/zone';
import { queryName } from './listings';

export interface RecordOrigin {
  /** `A 10.0.0.1` or `SRV 31000 web-x-s0.marathon.slave.mesos`. */
  readonly record: string;
  /** The thing that made it: a task, an agent, a framework, the masters, this server. */
  readonly from: string;
}

export interface Explanation {
  readonly name: string;
  readonly records: readonly RecordOrigin[];
  /** Tasks that would have the name, and why they do not. */
  readonly missing: readonly { readonly task: string; readonly why: string }[];
  /** Names of the zone that may have been meant; only where there is nothing else to say. */
  readonly near: readonly string[];
  /** Tasks with a label of the name that were not examined, since there are very many. */
  readonly skipped: number;
}

/** The most lines of one explanation. */
const LINES_MAX = 200;
const NEAR_MAX = 5;
/** Tasks of one label, and of all labels of a name, that are examined. */
const TASKS_MAX = 500;
const TASKS_TOTAL_MAX = 1000;
const AGENTS_MAX = 2000;
/** The most labels that a discovery name with dots is looked for with. */
const PARTS_MAX = 4;
/** For each label of a misspelt name: labels that are seen, and those of a like length that are compared. */
const LABELS_MAX = 10_000;
const COMPARISONS_MAX = 1000;
/** Tasks of a near label whose names are suggested. */
const NEAR_TASKS_MAX = 4;

interface ExplainOptions {
  /** True to suggest names near one that has no records. */
  readonly suggests: boolean;
}

/**
 * Explains a name. The cost has a limit: tasks are looked up by the labels of the name, and at most `TASKS_MAX` of each
 * label are examined.
 */
export function explain(
  live: LiveZone,
  text: string,
  { suggests }: ExplainOptions = { suggests: true },
): Explanation {
  const name = queryName(text);
  const { context } = live;
  const records: RecordOrigin[] = [];
  const missing: { task: string; why: string }[] = [];
  const emitFrom: EmitFrom = (from, emit) => {
    emit(
      sinkAt(name, (record) => {
        if (records.length < LINES_MAX) records.push({ record, from });
      }),
    );
  };
  emitOthers(live, name, emitFrom);
  const { tasks, skipped } = candidateTasks(live, name);
  for (const task of tasks) {
    if (records.length === LINES_MAX && missing.length === LINES_MAX) break;
    const entry = withinLines(assumedTaskEntry(context, task), name);
    const whyUnlisted = whyNotListed(context, task);
    if (whyUnlisted === undefined && records.length < LINES_MAX)
      emitFrom(describeTask(live, task), (sink) => emitTask(context.options, sink, entry));
    const why = whyUnlisted ?? (entry.addresses.length > 0 ? undefined : whyNoAddress(context, task));
    if (why === undefined || missing.length === LINES_MAX) continue;
    if (hasRecordsAt(context.options, withAddress(entry), name))
      missing.push({ task: `${task.id} of framework ${task.frameworkId}`, why });
  }
  const nothing = records.length + missing.length === 0;
  const near = suggests && nothing ? namesNear(live, name) : [];
  return { name, records, missing, near, skipped: records.length < LINES_MAX ? skipped : 0 };
}

/** Emits the records of one thing of the cluster, which is described for people. */
type EmitFrom = (from: string, emit: (sink: TaskRecordSink) => void) => void;

/** Emits the records of this server, the masters, and those agents and frameworks that can have the name. */
function emitOthers({ cluster, context }: LiveZone, name: string, emitFrom: EmitFrom): void {
  emitFrom('this server', (sink) => emitServer(context, sink));
  emitFrom('the masters', (sink) => emitMasters(context, sink));
  const { domain } = context.options;
  if (name === `slave.${domain}` || name === `_slave._tcp.${domain}`) {
    let left = AGENTS_MAX;
    for (const agent of cluster.agents.values()) {
      if (left-- === 0) break;
      emitFrom(`agent ${agent.id}`, (sink) => emitAgent(context, sink, agent));
    }
  }
  for (const framework of cluster.frameworks.values())
    emitFrom(`framework ${framework.id} (${framework.name})`, (sink) =>
      emitFramework(context, sink, framework),
    );
}

/** The tasks that may have a name, and how many more there are. */
function candidateTasks({ cluster }: LiveZone, name: string): { tasks: TaskBody[]; skipped: number } {
  const numbers = new Set<number>();
  let skipped = 0;
  const { labels } = cluster.tasks;
  for (const key of labelKeys(name, PARTS_MAX)) {
    const room = Math.min(TASKS_MAX, TASKS_TOTAL_MAX - numbers.size);
    for (const number of first(labels.numbers(key), room)) numbers.add(number);
    skipped += Math.max(0, labels.count(key) - room);
  }
  return { tasks: [...numbers].flatMap((number) => cluster.tasks.at(number) ?? []), skipped };
}

/**
 * The keys of tasks that may have a name: of its first label and, since a discovery name may have dots, of the first few
 * together; of a service the label after that of the port, too. Each with and without the `-hash-agent` of canonical names.
 */
function labelKeys(name: string, parts: number): ReadonlySet<string> {
  const labels = name.split('.', parts + 1);
  const keys = new Set<string>();
  for (let count = 1; count <= parts; count++) {
    for (const begin of name.startsWith('_') ? [0, 1] : [0]) {
      const label = labels
        .slice(begin, begin + count)
        .join('.')
        .replace(/^_/, '');
      if (label.length > NAME_MAX) continue;
      keys.add(labelKey(label));
      keys.add(labelKey(label.split('-').slice(0, -2).join('-')));
    }
  }
  keys.delete('');
  return keys;
}

function* first<T>(items: Iterable<T>, count: number): Generator<T> {
  let left = count;
  if (left <= 0) return;
  for (const item of items) {
    yield item;
    if (--left === 0) return;
  }
}

/** The entry with the ports that fit into an explanation: each is a line at a service's name, and none at others. */
function withinLines(entry: TaskEntry, name: string): TaskEntry {
  const ports: Range[] = [];
  let left = name.startsWith('_') ? LINES_MAX : 0;
  for (const [begin, end] of entry.ports) {
    if (left <= 0) break;
    ports.push([begin, Math.min(end, begin + left - 1)]);
    left -= end - begin + 1;
  }
  return { ...entry, ports };
}

/** The entry as it would be with an address, so that it has all of its names. */
function withAddress(entry: TaskEntry): TaskEntry {
  const some = (addresses: readonly string[]): readonly string[] =>
    addresses.length > 0 ? addresses : ['0.0.0.0'];
  return { ...entry, addresses: some(entry.addresses), agentAddresses: some(entry.agentAddresses) };
}

/** True when an entry has records at a name. */
function hasRecordsAt(naming: Naming, entry: TaskEntry, name: string): boolean {
  let hasRecords = false;
  const sink = sinkAt(name, () => {
    hasRecords = true;
  });
  emitTask(naming, sink, entry);
  return hasRecords;
}

/**
 * Names of tasks that are spelled nearly the same, or begin with the same label. The labels of tasks are compared, of which
 * there are fewer than names, and then the names of a few tasks with the nearest ones.
 */
function namesNear({ cluster, context }: LiveZone, name: string): string[] {
  const { labels } = cluster.tasks;
  const keys = new Set<string>();
  for (const key of labelKeys(name, 1)) {
    if (labels.count(key) > 0) keys.add(key);
    for (const other of nearest(key, first(labels.keys(), LABELS_MAX), NEAR_MAX, COMPARISONS_MAX))
      keys.add(other);
  }
  const names = new Set<string>();
  const add = (spelled: string): void => void names.add(spelled.toLowerCase());
  const collector: RecordSink = { address: add, service: add, exists: add };
  emitMasters(context, collector);
  for (const key of keys) {
    for (const number of first(labels.numbers(key), NEAR_TASKS_MAX)) {
      const task = cluster.tasks.at(number);
      const entry = task && taskEntry(context, task);
      if (entry) emitTask(context.options, { ...collector, unhealthy: collector }, withinLines(entry, name));
    }
  }
  const label = `${name.split('.', 1)[0]}.`;
  const sameLabel = [...names].filter((spelled) => spelled.startsWith(label)).sort(byLength);
  const others = nearest(name, names, NEAR_MAX, COMPARISONS_MAX);
  return [...new Set([...sameLabel.slice(0, NEAR_MAX), ...others])].slice(0, NEAR_MAX);
}

const byLength = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : 1);

function describeTask({ cluster }: LiveZone, task: TaskBody): string {
  const framework = cluster.frameworks.get(task.frameworkId)?.name ?? '';
  const since = task.running ? ` since ${printTime(task.running.timestamp)}` : '';
  const health = task.running?.healthy === false ? ', unhealthy' : '';
  return (
    `task ${task.id} of framework ${task.frameworkId} (${framework}) on agent ${task.agentId}, ` +
    `${task.state}${since}${health}`
  );
}

function printTime(seconds: number): string {
  const ms = seconds * 1000;
  return Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : String(seconds);
}

/** A sink that hands on the records of one name as text. */
function sinkAt(name: string, take: (record: string) => void): TaskRecordSink {
  const isName = (spelled: string): boolean =>
    spelled.length === name.length && spelled.toLowerCase() === name;
  const sink: RecordSink = {
    address: (owner, address) => isName(owner) && take(`${address.includes(':') ? 'AAAA' : 'A'} ${address}`),
    service: (owner, { port, target }) => isName(owner) && take(`SRV ${port} ${target}`),
    exists: (owner) => isName(owner) && take('the name, without an address'),
  };
  return { ...sink, unhealthy: sink };
}

/** An explanation as lines for people. */
export function printExplanation({ name, records, missing, near, skipped }: Explanation): string[] {
  const more = skipped > 0 ? [`${skipped} more tasks with that label were not examined`] : [];
  const lines = [
    ...records.map(({ record, from }) => `${record}: ${from}`),
    ...missing.map(({ task, why }) => `nothing from task ${task}: ${why}`),
  ];
  if (lines.length > 0) return [...lines, ...more];
  const advice = near.length > 0 ? `; near it are ${near.join(', ')}` : '';
  return skipped > 0 ? more : [`nothing in the cluster makes ${name}${advice}`];
}
