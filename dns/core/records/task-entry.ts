/**
 * The entry of a task in the zone: all that its records are made of, taken from the task, its agent, its framework and the
 * settings.
 *
 * A task is listed when it is TASK_RUNNING and its framework and its agent are known (`taskRecords` and `taskRecord` in
 * records/generator.go of Mesos-DNS).
 */

import type { Range, Ranges } from '../../../cluster/model/ranges';
import { type AgentFacts, type DiscoveryFacts, type FrameworkFacts, PORT_MAX } from '../facts/cluster-facts';
import type { TaskBody } from '../facts/task-map';
import { cleanDomain, cleanLabel } from '../names/labels';
import { taskHash } from '../names/task-hash';
import type { RecordContext } from '../zone/record-sink';
import { taskAddresses } from './task-addresses';

/** The protocols of a port without a stated protocol. */
export const PROTOCOLS: readonly string[] = ['tcp', 'udp'];
const RAW_NAME_MAX = 1000;

export interface TaskEntry {
  /** True for a task whose records count only as long as a name has none of healthy tasks. */
  readonly unhealthy: boolean;
  /** The framework's part of the names. */
  readonly framework: string;
  /**
   * The first labels of the task's names: the name of the discovery information as it stands and cleaned, else the
   * task's name.
   */
  readonly labels: readonly string[];
  /** `-hash-agent`, which ends the first label of canonical names. */
  readonly ending: string;
  readonly addresses: readonly string[];
  readonly agentAddresses: readonly string[];
  readonly ports: Ranges;
  /** Ports of the discovery information; undefined when there is none. */
  readonly discovery: readonly DiscoveryPortEntry[] | undefined;
}

export interface DiscoveryPortEntry {
  readonly port: number;
  readonly protocols: readonly string[];
  /** Empty when the port has no name. */
  readonly label: string;
}

/** The agent and the framework of a task. */
interface TaskParents {
  readonly framework: FrameworkFacts | undefined;
  readonly agent: AgentFacts | undefined;
}

function parentsOf(context: RecordContext, task: TaskBody): TaskParents {
  return { framework: context.framework(task.frameworkId), agent: context.agent(task.agentId) };
}

/** The entry of a task; undefined for a task that is not listed. */
export function taskEntry(context: RecordContext, task: TaskBody): TaskEntry | undefined {
  const parents = parentsOf(context, task);
  return whyNotListed(context, task, parents) === undefined
    ? assumedTaskEntry(context, task, parents)
    : undefined;
}

/** The reason for which a task has no records; undefined for a task that is listed. */
export function whyNotListed(
  context: RecordContext,
  task: TaskBody,
  parents = parentsOf(context, task),
): string | undefined {
  if (!parents.framework) return 'its framework is not known';
  if (task.state !== 'TASK_RUNNING') return `it is ${task.state} and not TASK_RUNNING`;
  if (!parents.agent) return `its agent ${task.agentId} is not in the list of agents`;
  return undefined;
}

/** The entry of a task as it is, or as it would be if the task were listed. */
export function assumedTaskEntry(
  context: RecordContext,
  task: TaskBody,
  parents = parentsOf(context, task),
): TaskEntry {
  const { labelRule, ipSources, healthy } = context.options;
  const endpoint = parents.agent?.endpoint;
  const agentAddresses = endpoint ? context.addressesOf(endpoint.host) : [];
  const name = task.discovery?.name ?? task.name;
  const clean = cleanLabel(name, labelRule);
  return {
    unhealthy: healthy && task.running?.healthy === false,
    framework: cleanDomain(parents.framework?.name ?? '', labelRule),
    // The original makes the records twice: with the discovery name as it stands (it may have dots), and cleaned.
    labels: task.discovery && clean !== name && isListable(context, task, name) ? [name, clean] : [clean],
    // The original takes the part of the agent's id behind the last dash (`slaveIDTail`).
    ending: `-${taskHash(task.id)}-${task.agentId.slice(task.agentId.lastIndexOf('-') + 1).toLowerCase()}`,
    addresses: taskAddresses(task, ipSources, agentAddresses),
    agentAddresses,
    ports: usableRanges(context, task),
    discovery: task.discovery && discoveryPortEntries(context, task, task.discovery),
  };
}

/** Nobody can ask for a name that is too long; one that is far too long is not even kept for the listings. */
function isListable({ note }: RecordContext, task: TaskBody, name: string): boolean {
  if (name.length <= RAW_NAME_MAX) return true;
  note(`task ${task.id}: a discovery name of ${name.length} characters is kept in its clean form only`);
  return false;
}

/**
 * False for a number that is not a port and that RFC 2782 has no place for. The original cuts it to 16 bits (`formatSRV` in
 * resolver/resolver.go).
 */
function isUsablePort({ note, options }: RecordContext, task: TaskBody, port: number): boolean {
  if (port >= 0 && port <= PORT_MAX) return true;
  note(`task ${task.id}: ${port} is not a port`);
  return options.compat === 'mesos-dns';
}

function usableRanges(context: RecordContext, task: TaskBody): Ranges {
  const { ports } = task;
  if (ports.every(([, end]) => end <= PORT_MAX)) return ports;
  return ports.flatMap(([begin, end]): Range[] => {
    if (end <= PORT_MAX || isUsablePort(context, task, Math.max(begin, PORT_MAX + 1))) return [[begin, end]];
    return begin <= PORT_MAX ? [[begin, PORT_MAX]] : [];
  });
}

function discoveryPortEntries(
  context: RecordContext,
  task: TaskBody,
  discovery: DiscoveryFacts,
): DiscoveryPortEntry[] {
  const { labelRule } = context.options;
  return discovery.ports
    .filter(({ number }) => isUsablePort(context, task, number))
    .map(({ number, name, protocol }) => {
      const clean = cleanLabel(protocol, labelRule);
      const protocols = clean === '' ? PROTOCOLS : [clean];
      return { port: number, protocols, label: cleanLabel(name, labelRule) };
    });
}
