/**
 * Reads the master's event stream: the state that it begins with, and the events after it, which are applied to one updater.
 *
 * In: SUBSCRIBED, TASK_ADDED, TASK_UPDATED, AGENT_ADDED, AGENT_REMOVED, FRAMEWORK_*      Out: true when the zone may differ
 * Always true: the cost of a change depends on the entries it touches, not on the size of the cluster (removals of agents
 * and frameworks, which are rare, look through all tasks).
 */

import { normalRanges, type Range } from '../../../cluster/model/ranges';
import { isTerminal } from '../../../cluster/model/task-state';
import { type Cluster, emptyCluster } from '../facts/cluster';
import {
  type AgentFacts,
  type FrameworkFacts,
  type HostPort,
  laterStatus,
  type Note,
  type StatusFacts,
  type StatusRule,
  taskKey,
} from '../facts/cluster-facts';
import { type ClusterUpdater, plainUpdater } from '../facts/cluster-updater';
import { listAt, numberAt, textAt, valueAt } from './json';
import { createJsonScanner, type Decision } from './json-scan';
import { listShape, membersShape, WHOLE } from './json-shape';
import {
  DISCOVERY_SHAPE,
  readDiscovery,
  readPid,
  readRunningStatus,
  readStatuses,
  STATUS_SHAPE,
  usablePorts,
} from './read-facts';

const NO_IDS: ReadonlySet<string> = new Set();

type Apply = (updater: ClusterUpdater, event: unknown, note: Note) => boolean;

const appliers: Readonly<Record<string, Apply>> = {
  TASK_ADDED: (updater, event, note) => addTask(updater, valueAt(event, 'task_added', 'task'), note),
  TASK_UPDATED: updateTask,
  AGENT_ADDED: (updater, event, note) => addAgent(updater, valueAt(event, 'agent_added', 'agent'), note),
  AGENT_REMOVED: removeAgent,
  FRAMEWORK_ADDED: (updater, event, note) =>
    addFramework(updater, valueAt(event, 'framework_added', 'framework'), note),
  FRAMEWORK_UPDATED: (updater, event, note) =>
    addFramework(updater, valueAt(event, 'framework_updated', 'framework'), note),
  FRAMEWORK_REMOVED: removeFramework,
};

/** Applies one event. Returns true when names may have changed; events of other types change nothing. */
export function applyEvent(updater: ClusterUpdater, event: unknown, note: Note): boolean {
  const kind = textAt(event, 'type') ?? '';
  const apply = Object.hasOwn(appliers, kind) ? appliers[kind] : undefined;
  return apply?.(updater, event, note) ?? false;
}

/** True for an event about a framework that may have a driver, whose address the stream does not tell. */
export function isFrameworkEvent(event: unknown): boolean {
  const kind = textAt(event, 'type');
  return kind === 'FRAMEWORK_ADDED' || kind === 'FRAMEWORK_UPDATED';
}

const ID_SHAPE = membersShape({ value: WHOLE });
const RANGE_SHAPE = membersShape({ begin: WHOLE, end: WHOLE });
const TASK_SHAPE = membersShape({
  task_id: ID_SHAPE,
  framework_id: ID_SHAPE,
  agent_id: ID_SHAPE,
  name: WHOLE,
  state: WHOLE,
  resources: listShape(
    membersShape({ name: WHOLE, ranges: membersShape({ range: listShape(RANGE_SHAPE) }) }),
  ),
  statuses: listShape(STATUS_SHAPE),
  discovery: DISCOVERY_SHAPE,
});

/** The paths of the parts of the first record that are read; every other part is skipped. */
const DECISIONS: Readonly<Record<string, Decision>> = {
  '': 'into',
  type: 'take',
  subscribed: 'into',
  'subscribed/heartbeat_interval_seconds': 'take',
  'subscribed/get_state': 'into',
  'subscribed/get_state/get_agents': 'into',
  'subscribed/get_state/get_agents/agents': 'into',
  'subscribed/get_state/get_agents/agents/*': 'take',
  'subscribed/get_state/get_frameworks': 'into',
  'subscribed/get_state/get_frameworks/frameworks': 'into',
  'subscribed/get_state/get_frameworks/frameworks/*': 'take',
  'subscribed/get_state/get_tasks': 'into',
  'subscribed/get_state/get_tasks/tasks': 'into',
  'subscribed/get_state/get_tasks/tasks/*': TASK_SHAPE,
};

export interface Subscribed {
  readonly cluster: Cluster;
  readonly heartbeatSeconds: number | undefined;
}

/** Reads the record that a stream begins with while it arrives: it may be as large as the cluster. */
export interface SubscribedReader {
  feed(chunk: Uint8Array): void;
  /** Undefined when the record was another one. */
  finish(): Subscribed | undefined;
}

export function createSubscribedReader(note: Note, rule: StatusRule = 'latest'): SubscribedReader {
  const cluster = emptyCluster(rule);
  const updater = plainUpdater(cluster);
  const top: Record<string, unknown> = {};
  const scanner = createJsonScanner({
    decide: (path) => DECISIONS[path.join('/')] ?? 'skip',
    take: (path, value) => {
      if (path.length === 1) top['type'] = value;
      else if (path.length === 2) top['seconds'] = value;
      else if (path[2] === 'get_agents') addAgent(updater, value, note);
      else if (path[2] === 'get_frameworks') addFramework(updater, value, note);
      else addTask(updater, value, note);
    },
    end: () => undefined,
  });
  const finish = (): Subscribed | undefined => {
    if (!scanner.done() || top['type'] !== 'SUBSCRIBED') return undefined;
    const seconds = numberAt(top, 'seconds');
    return { cluster, heartbeatSeconds: seconds !== undefined && seconds > 0 ? seconds : undefined };
  };
  return { feed: scanner.feed, finish };
}

/** The addresses of frameworks' drivers by framework id, from the master's summary. */
export function readFrameworkPids(summary: unknown): ReadonlyMap<string, HostPort> {
  const pids = new Map<string, HostPort>();
  for (const framework of listAt(summary, 'frameworks')) {
    const id = textAt(framework, 'id');
    const endpoint = readPid(textAt(framework, 'pid') ?? '');
    if (id !== undefined && endpoint) pids.set(id, endpoint);
  }
  return pids;
}

/** The leader's address, from the answer of GET_MASTER. */
export function readLeader(response: unknown): HostPort | undefined {
  const info = valueAt(response, 'get_master', 'master_info');
  const host =
    textAt(info, 'address', 'ip') ?? textAt(info, 'address', 'hostname') ?? textAt(info, 'hostname');
  const port = numberAt(info, 'address', 'port') ?? numberAt(info, 'port');
  if (host !== undefined && host !== '') return { host, port: port ?? 5050 };
  return readPid(textAt(info, 'pid') ?? '');
}

function addAgent(updater: ClusterUpdater, agent: unknown, note: Note): boolean {
  const info = valueAt(agent, 'agent_info');
  const id = textAt(info, 'id', 'value');
  if (id === undefined || id === '') {
    note('an agent without id is left out');
    return false;
  }
  const endpoint = readEndpoint(agent, info);
  if (!endpoint) note(`agent ${id}: neither pid nor hostname can be used`);
  updater.setAgent(id, { id, endpoint });
  return true;
}

function readEndpoint(agent: unknown, info: unknown): AgentFacts['endpoint'] {
  const endpoint = readPid(textAt(agent, 'pid') ?? '');
  const host = textAt(info, 'hostname');
  return endpoint ?? (host ? { host, port: numberAt(info, 'port') ?? 5051 } : undefined);
}

function removeAgent(updater: ClusterUpdater, event: unknown): boolean {
  const id = textAt(event, 'agent_removed', 'agent_id', 'value') ?? '';
  const wasListed = updater.cluster.agents.has(id);
  for (const key of updater.cluster.tasks.keysOf(new Set([id]), NO_IDS)) updater.removeTask(key);
  updater.setAgent(id, undefined);
  return wasListed;
}

function addFramework(updater: ClusterUpdater, framework: unknown, note: Note): boolean {
  const info = valueAt(framework, 'framework_info');
  const id = textAt(info, 'id', 'value');
  if (id === undefined || id === '') {
    note('a framework without id is left out');
    return false;
  }
  const existing = updater.cluster.frameworks.get(id);
  const name = textAt(info, 'name') ?? '';
  // The address that a driver has stays: the stream does not tell it.
  const host = existing?.port === undefined ? textAt(info, 'hostname') : existing.host;
  const next: FrameworkFacts = { id, name, host, port: existing?.port };
  updater.setFramework(id, next);
  return existing?.name !== next.name || existing.host !== next.host;
}

function removeFramework(updater: ClusterUpdater, event: unknown): boolean {
  const id = textAt(event, 'framework_removed', 'framework_info', 'id', 'value') ?? '';
  const wasListed = updater.cluster.frameworks.has(id);
  for (const key of updater.cluster.tasks.keysOf(NO_IDS, new Set([id]))) updater.removeTask(key);
  updater.setFramework(id, undefined);
  return wasListed;
}

function removeTask(updater: ClusterUpdater, key: string): boolean {
  const wasListed = updater.cluster.tasks.has(key);
  updater.removeTask(key);
  return wasListed;
}

function addTask(updater: ClusterUpdater, task: unknown, note: Note): boolean {
  const [id, frameworkId, agentId] = ['task_id', 'framework_id', 'agent_id'].map((name) =>
    textAt(task, name, 'value'),
  );
  const state = textAt(task, 'state');
  if (id === undefined || frameworkId === undefined || agentId === undefined || state === undefined) {
    note('a task without task_id, framework_id, agent_id or state is left out');
    return false;
  }
  const key = taskKey(frameworkId, id);
  if (isTerminal(state)) return removeTask(updater, key);
  const taskNote: Note = (text) => note(`task ${id}: ${text}`);
  const existing = updater.cluster.tasks.get(key);
  updater.setTask({
    key,
    id,
    frameworkId,
    agentId,
    name: textAt(task, 'name') ?? '',
    state,
    ports: usablePorts(normalRanges(listAt(task, 'resources').flatMap(portRanges)), taskNote),
    running: readStatuses(valueAt(task, 'statuses'), updater.cluster.statusRule),
    discovery: readDiscovery(valueAt(task, 'discovery'), taskNote),
  });
  return state === 'TASK_RUNNING' || existing?.state === 'TASK_RUNNING';
}

function portRanges(resource: unknown): Range[] {
  if (textAt(resource, 'name') !== 'ports') return [];
  return listAt(resource, 'ranges', 'range').flatMap((range): Range[] => {
    const begin = numberAt(range, 'begin');
    const end = numberAt(range, 'end');
    return begin === undefined || end === undefined || begin < 0 ? [] : [[begin, end]];
  });
}

function updateTask(updater: ClusterUpdater, event: unknown): boolean {
  const update = valueAt(event, 'task_updated');
  const status = valueAt(update, 'status');
  const frameworkId = textAt(update, 'framework_id', 'value') ?? '';
  const key = taskKey(frameworkId, textAt(status, 'task_id', 'value') ?? '');
  const task = updater.cluster.tasks.get(key);
  if (!task) return false;
  const state = textAt(update, 'state') ?? textAt(status, 'state') ?? task.state;
  if (isTerminal(state)) return removeTask(updater, key);
  const running = laterStatus(task.running, readRunningStatus(status), updater.cluster.statusRule);
  updater.setTask({ ...task, state, running });
  return state !== task.state || (state === 'TASK_RUNNING' && !sameAddresses(running, task.running));
}

function sameAddresses(left: StatusFacts | undefined, right: StatusFacts | undefined): boolean {
  const print = (status: StatusFacts | undefined): string =>
    JSON.stringify([status?.healthy, status?.netinfo, status?.mesos, status?.docker]);
  return left === right || print(left) === print(right);
}
