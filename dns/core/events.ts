/**
 * The master's event stream: the snapshot it begins with and the changes after it, applied to one Cluster.
 *
 * In: SUBSCRIBED, TASK_ADDED, TASK_UPDATED, AGENT_ADDED, AGENT_REMOVED, FRAMEWORK_*      Out: whether the zone may differ
 * Always true: a change costs what it is about, not the size of the cluster (removals of agents and frameworks,
 * which are rare, look through the tasks).
 */

import { normalRanges, type Range } from '../../cluster/model/ranges';
import { readDiscovery, readPid, readRunningStatus, usablePorts } from './facts';
import { listAt, numberAt, textAt, valueAt } from './json';
import {
  type AgentFacts,
  type Cluster,
  type FrameworkFacts,
  type HostPort,
  laterStatus,
  type Note,
  type StatusFacts,
  type TaskFacts,
  taskKey,
} from './snapshot';

/** States a task does not come back from. */
const ENDED: ReadonlySet<string> = new Set([
  'TASK_FINISHED',
  'TASK_FAILED',
  'TASK_KILLED',
  'TASK_ERROR',
  'TASK_LOST',
  'TASK_DROPPED',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
]);

type Apply = (cluster: Cluster, event: unknown, note: Note) => boolean;

const appliers: Readonly<Record<string, Apply>> = {
  SUBSCRIBED: subscribed,
  TASK_ADDED: (cluster, event, note) => addTask(cluster, valueAt(event, 'task_added', 'task'), note),
  TASK_UPDATED: updateTask,
  AGENT_ADDED: (cluster, event, note) => addAgent(cluster, valueAt(event, 'agent_added', 'agent'), note),
  AGENT_REMOVED: removeAgent,
  FRAMEWORK_ADDED: (cluster, event, note) =>
    addFramework(cluster, valueAt(event, 'framework_added', 'framework'), note),
  FRAMEWORK_UPDATED: (cluster, event, note) =>
    addFramework(cluster, valueAt(event, 'framework_updated', 'framework'), note),
  FRAMEWORK_REMOVED: removeFramework,
};

/** Applies one event. Returns whether names may have changed; kinds we do not know change nothing. */
export function applyEvent(cluster: Cluster, event: unknown, note: Note): boolean {
  const kind = textAt(event, 'type') ?? '';
  const apply = Object.hasOwn(appliers, kind) ? appliers[kind] : undefined;
  return apply?.(cluster, event, note) ?? false;
}

/** The seconds between heartbeats, told with the first record. */
export function readHeartbeatSeconds(event: unknown): number | undefined {
  const seconds = numberAt(event, 'subscribed', 'heartbeat_interval_seconds');
  return seconds !== undefined && seconds > 0 ? seconds : undefined;
}

/** Where the leader is, from the answer of GET_MASTER. */
export function readLeader(response: unknown): HostPort | undefined {
  const info = valueAt(response, 'get_master', 'master_info');
  const host =
    textAt(info, 'address', 'ip') ?? textAt(info, 'address', 'hostname') ?? textAt(info, 'hostname');
  const port = numberAt(info, 'address', 'port') ?? numberAt(info, 'port');
  if (host !== undefined && host !== '') return { host, port: port ?? 5050 };
  return readPid(textAt(info, 'pid') ?? '');
}

function subscribed(cluster: Cluster, event: unknown, note: Note): boolean {
  cluster.agents.clear();
  cluster.frameworks.clear();
  cluster.tasks.clear();
  const state = valueAt(event, 'subscribed', 'get_state');
  for (const agent of listAt(state, 'get_agents', 'agents')) addAgent(cluster, agent, note);
  for (const framework of listAt(state, 'get_frameworks', 'frameworks'))
    addFramework(cluster, framework, note);
  for (const task of listAt(state, 'get_tasks', 'tasks')) addTask(cluster, task, note);
  return true;
}

function addAgent(cluster: Cluster, agent: unknown, note: Note): boolean {
  const info = valueAt(agent, 'agent_info');
  const id = textAt(info, 'id', 'value');
  if (id === undefined || id === '') {
    note('an agent without id is left out');
    return false;
  }
  cluster.agents.set(id, { id, at: readPlace(agent, info) });
  if (!cluster.agents.get(id)?.at) note(`agent ${id}: neither pid nor hostname can be used`);
  return true;
}

function readPlace(agent: unknown, info: unknown): AgentFacts['at'] {
  const at = readPid(textAt(agent, 'pid') ?? '');
  const host = textAt(info, 'hostname');
  return at ?? (host ? { host, port: numberAt(info, 'port') ?? 5051 } : undefined);
}

function removeAgent(cluster: Cluster, event: unknown): boolean {
  const id = textAt(event, 'agent_removed', 'agent_id', 'value') ?? '';
  removeTasks(cluster, (task) => task.agentId === id);
  return cluster.agents.delete(id);
}

function addFramework(cluster: Cluster, framework: unknown, note: Note): boolean {
  const info = valueAt(framework, 'framework_info');
  const id = textAt(info, 'id', 'value');
  if (id === undefined || id === '') {
    note('a framework without id is left out');
    return false;
  }
  const host = textAt(info, 'hostname');
  const next: FrameworkFacts = { id, name: textAt(info, 'name') ?? '', host, port: undefined };
  const held = cluster.frameworks.get(id);
  cluster.frameworks.set(id, next);
  return held?.name !== next.name || held.host !== next.host;
}

function removeFramework(cluster: Cluster, event: unknown): boolean {
  const id = textAt(event, 'framework_removed', 'framework_info', 'id', 'value') ?? '';
  removeTasks(cluster, (task) => task.frameworkId === id);
  return cluster.frameworks.delete(id);
}

function removeTasks(cluster: Cluster, ends: (task: TaskFacts) => boolean): void {
  for (const [key, task] of cluster.tasks) if (ends(task)) cluster.tasks.delete(key);
}

function addTask(cluster: Cluster, task: unknown, note: Note): boolean {
  const [id, frameworkId, agentId] = ['task_id', 'framework_id', 'agent_id'].map((name) =>
    textAt(task, name, 'value'),
  );
  const state = textAt(task, 'state');
  if (id === undefined || frameworkId === undefined || agentId === undefined || state === undefined) {
    note('a task without task_id, framework_id, agent_id or state is left out');
    return false;
  }
  if (ENDED.has(state)) return cluster.tasks.delete(taskKey(frameworkId, id));
  const taskNote: Note = (text) => note(`task ${id}: ${text}`);
  const held = cluster.tasks.get(taskKey(frameworkId, id));
  cluster.tasks.set(taskKey(frameworkId, id), {
    id,
    frameworkId,
    agentId,
    name: textAt(task, 'name') ?? '',
    state,
    ports: usablePorts(normalRanges(listAt(task, 'resources').flatMap(portRanges)), taskNote),
    running: listAt(task, 'statuses')
      .map(readRunningStatus)
      .reduce<StatusFacts | undefined>(laterStatus, undefined),
    discovery: readDiscovery(valueAt(task, 'discovery'), taskNote),
  });
  return state === 'TASK_RUNNING' || held?.state === 'TASK_RUNNING';
}

function portRanges(resource: unknown): Range[] {
  if (textAt(resource, 'name') !== 'ports') return [];
  return listAt(resource, 'ranges', 'range').flatMap((range): Range[] => {
    const [begin, end] = [numberAt(range, 'begin'), numberAt(range, 'end')];
    return begin === undefined || end === undefined || begin < 0 ? [] : [[begin, end]];
  });
}

function updateTask(cluster: Cluster, event: unknown): boolean {
  const update = valueAt(event, 'task_updated');
  const status = valueAt(update, 'status');
  const frameworkId = textAt(update, 'framework_id', 'value') ?? '';
  const key = taskKey(frameworkId, textAt(status, 'task_id', 'value') ?? '');
  const task = cluster.tasks.get(key);
  if (!task) return false;
  const state = textAt(update, 'state') ?? textAt(status, 'state') ?? task.state;
  if (ENDED.has(state)) return cluster.tasks.delete(key);
  const running = laterStatus(task.running, readRunningStatus(status));
  cluster.tasks.set(key, { ...task, state, running });
  return state !== task.state || (state === 'TASK_RUNNING' && !sameAddresses(running, task.running));
}

function sameAddresses(left: StatusFacts | undefined, right: StatusFacts | undefined): boolean {
  const print = (status: StatusFacts | undefined): string =>
    JSON.stringify([status?.netinfo, status?.mesos, status?.docker]);
  return left === right || print(left) === print(right);
}
