/**
 * A master's `/state` document as a snapshot. Member names and shapes are those of Mesos' v0 state.
 */

import { readRanges } from '../../cluster/model/ranges';
import { readDiscovery, readPid, readRunningStatus, usablePorts } from './facts';
import { listAt, textAt, valueAt } from './json';
import {
  type AgentFacts,
  type Cluster,
  emptyCluster,
  type FrameworkFacts,
  laterStatus,
  type Note,
  type StatusFacts,
  type TaskFacts,
  taskKey,
} from './snapshot';

/** Reads the whole document. Entries that cannot be used are left out with a note; the rest stays. */
export function readState(document: unknown, note: Note): Cluster {
  const cluster = emptyCluster();
  const leader = textAt(document, 'leader');
  cluster.leader = leader === undefined ? undefined : readPid(leader);
  if (!cluster.leader) note(`the state names no leader: ${JSON.stringify(valueAt(document, 'leader'))}`);
  for (const slave of listAt(document, 'slaves')) {
    const agent = readAgent(slave, note);
    if (agent) cluster.agents.set(agent.id, agent);
  }
  for (const [index, entry] of listAt(document, 'frameworks').entries()) {
    const framework = readFramework(entry, index, note);
    cluster.frameworks.set(framework.id, framework);
    for (const item of listAt(entry, 'tasks')) {
      const task = readTask(item, framework.id, note);
      if (task) cluster.tasks.set(taskKey(framework.id, task.id), task);
    }
  }
  return cluster;
}

function readAgent(slave: unknown, note: Note): AgentFacts | undefined {
  const id = textAt(slave, 'id');
  if (id === undefined || id === '') {
    note('an agent without id is left out');
    return undefined;
  }
  const at = readPid(textAt(slave, 'pid') ?? '');
  if (!at) note(`agent ${id}: pid ${JSON.stringify(valueAt(slave, 'pid'))} is not id@host:port`);
  return { id, at };
}

function readFramework(entry: unknown, index: number, note: Note): FrameworkFacts {
  // Documents without framework ids are read too; the place in the list tells them apart.
  const id = textAt(entry, 'id') ?? `#${index}`;
  const name = textAt(entry, 'name') ?? '';
  const pid = textAt(entry, 'pid');
  if (pid === undefined) return { id, name, host: textAt(entry, 'hostname'), port: undefined };
  const at = readPid(pid);
  if (!at) note(`framework ${id}: pid ${JSON.stringify(pid)} is not id@host:port`);
  return { id, name, host: at?.host, port: at?.port };
}

function readTask(item: unknown, frameworkId: string, note: Note): TaskFacts | undefined {
  const [id, agentId, state] = [textAt(item, 'id'), textAt(item, 'slave_id'), textAt(item, 'state')];
  if (id === undefined || agentId === undefined || state === undefined) {
    note(`a task of framework ${frameworkId} without id, slave_id or state is left out`);
    return undefined;
  }
  const taskNote: Note = (text) => note(`task ${id}: ${text}`);
  return {
    id,
    frameworkId,
    agentId,
    name: textAt(item, 'name') ?? '',
    state,
    ports: readPorts(valueAt(item, 'resources', 'ports'), taskNote),
    running: listAt(item, 'statuses')
      .map(readRunningStatus)
      .reduce<StatusFacts | undefined>(laterStatus, undefined),
    discovery: readDiscovery(valueAt(item, 'discovery'), taskNote),
  };
}

function readPorts(ports: unknown, note: Note): TaskFacts['ports'] {
  if (ports === undefined || ports === null || ports === '') return [];
  const ranges = typeof ports === 'string' ? readRanges(ports) : { error: 'ports are not a text' };
  if (!('error' in ranges)) return usablePorts(ranges, note);
  note(`${ranges.error}; the task gets no port records`);
  return [];
}
