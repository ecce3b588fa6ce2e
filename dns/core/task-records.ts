/**
 * The records of tasks: addresses and services, with and without discovery information.
 *
 * A task counts when it runs and its agent is in the list. Names are `task.framework.domain`, the canonical
 * `task-hash-agent.framework.domain`, and both below `.slave.` for the agent's address.
 */

import type { Range, Ranges } from '../../cluster/model/ranges';
import { readAddress } from './address';
import type { Naming, RecordContext, RecordSink } from './book';
import { PORT_MAX } from './facts';
import { cleanDomain, cleanLabel, LABEL_MAX, shortenLabel } from './labels';
import type { AgentFacts, DiscoveryFacts, FrameworkFacts, IpSource } from './snapshot';
import { taskHash } from './task-hash';
import type { TaskBody } from './task-map';

const PROTOCOLS: readonly string[] = ['tcp', 'udp'];
const RAW_NAME_MAX = 1000;
/** Addresses of one task that get records. */
const ADDRESSES_MAX = 1024;

/** Why a task has no records; undefined for one that has. */
export function whyNone(
  context: RecordContext,
  task: TaskBody,
  owners = ownersOf(context, task),
): string | undefined {
  if (!owners.framework) return 'its framework is not known';
  if (task.state !== 'TASK_RUNNING') return `it is ${task.state} and not TASK_RUNNING`;
  if (!owners.agent) return `its agent ${task.agentId} is not in the list of agents`;
  return undefined;
}

interface Owners {
  readonly framework: FrameworkFacts | undefined;
  readonly agent: AgentFacts | undefined;
}

function ownersOf(context: RecordContext, task: TaskBody): Owners {
  return { framework: context.framework(task.frameworkId), agent: context.agent(task.agentId) };
}

/** The entry of a task in the zone, with all that it depends on: agent, framework, settings. */
export interface TaskEntry {
  /** Its records stand aside as long as healthy instances have some. */
  readonly unhealthy: boolean;
  /** The framework's part of the names. */
  readonly framework: string;
  /**
   * The first labels of its names: the name of the discovery information as it stands and cleaned, else the
   * task's name.
   */
  readonly labels: readonly string[];
  /** `-hash-tail` of canonical names. */
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

/** The recipe of a task that counts. */
export function taskEntry(context: RecordContext, task: TaskBody): TaskEntry | undefined {
  const owners = ownersOf(context, task);
  return whyNone(context, task, owners) === undefined ? assumedTaskEntry(context, task, owners) : undefined;
}

/** The entry of a task as it is, or would be if the task counted. */
export function assumedTaskEntry(
  context: RecordContext,
  task: TaskBody,
  owners = ownersOf(context, task),
): TaskEntry {
  const { labelRule, ipSources, healthy } = context.options;
  const endpoint = owners.agent?.endpoint;
  const agentAddresses = endpoint ? context.addressesOf(endpoint.host) : [];
  const name = task.discovery?.name ?? task.name;
  const clean = cleanLabel(name, labelRule);
  return {
    unhealthy: healthy && task.running?.healthy === false,
    framework: cleanDomain(owners.framework?.name ?? '', labelRule),
    // Made twice, as in the original: with the name as it stands (it may have dots), and cleaned.
    labels: task.discovery && clean !== name && isListed(context, task, name) ? [name, clean] : [clean],
    ending: `-${taskHash(task.id)}-${task.agentId.slice(task.agentId.lastIndexOf('-') + 1).toLowerCase()}`,
    addresses: taskAddresses(task, ipSources, agentAddresses),
    agentAddresses,
    ports: usableRanges(context, task),
    discovery: task.discovery && discoveryPortEntries(context, task, task.discovery),
  };
}

/** Nobody can ask for a name that is too long; one that is far too long is not even kept for the listings. */
function isListed({ note }: RecordContext, task: TaskBody, name: string): boolean {
  if (name.length <= RAW_NAME_MAX) return true;
  note(`task ${task.id}: a discovery name of ${name.length} characters is kept in its clean form only`);
  return false;
}

/** Ports that are none are cut to 16 bits by the original; the standards have no place for them. */
function isUsablePort({ note, options }: RecordContext, task: TaskBody, port: number): boolean {
  if (port >= 0 && port <= PORT_MAX) return true;
  note(`task ${task.id}: ${port} is no port`);
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

/** Puts the records of one task; an unhealthy one's aside. */
export function emitTask(
  zone: Naming,
  sink: RecordSink & { readonly unhealthy: RecordSink },
  entry: TaskEntry,
): void {
  emitTaskParts(zone, joining(entry.unhealthy ? sink.unhealthy : sink), entry);
}

/** Takes the records of a task with their names in two parts: labels, and what all names of the framework end in. */
export interface SplitNameSink {
  address(labels: string, suffix: string, address: string): void;
  service(labels: string, suffix: string, service: ServiceParts): void;
  exists(labels: string, suffix: string): void;
}

interface ServiceParts {
  readonly port: number;
  readonly target: string;
  readonly targetSuffix: string;
}

function joining(sink: RecordSink): SplitNameSink {
  return {
    address: (labels, suffix, address) => sink.address(`${labels}.${suffix}`, address),
    service: (labels, suffix, { port, target, targetSuffix }) =>
      sink.service(`${labels}.${suffix}`, { port, target: `${target}.${targetSuffix}` }),
    exists: (labels, suffix) => sink.exists(`${labels}.${suffix}`),
  };
}

/** Puts the records of one task, be it healthy or not. */
export function emitTaskParts(zone: Naming, sink: SplitNameSink, entry: TaskEntry): void {
  const { suffix, agentSuffix } = suffixesOf(entry.framework, zone.domain);
  const scope = { compat: zone.compat, sink, entry, suffix, agentSuffix };
  for (const label of entry.labels) emitUnder(scope, labelsOf(entry, label));
}

/** The first labels of a task's names. */
interface TaskLabelIndex {
  readonly label: string;
  /** `label-hash-tail` */
  readonly canonical: string;
  /** `_label` */
  readonly service: string;
}

/**
 * A clean label is shortened where more is put to it: in the original nobody could ask for such names, or got no reply. A
 * name as it stands is listed and not shortened: what came out could be the name of something else.
 */
function labelsOf({ labels, ending }: TaskEntry, label: string): TaskLabelIndex {
  return label === labels.at(-1)
    ? { label, canonical: canonicalLabel(label, ending), service: serviceLabel(label) }
    : { label, canonical: label + ending, service: `_${label}` };
}

interface Suffixes {
  readonly framework: string;
  readonly domain: string;
  readonly suffix: string;
  readonly agentSuffix: string;
}

/** Those of the task before: most tasks that follow each other are of one framework. */
let suffixes: Suffixes = { framework: '', domain: '', suffix: '.', agentSuffix: '.slave.' };

function suffixesOf(framework: string, domain: string): Suffixes {
  if (framework !== suffixes.framework || domain !== suffixes.domain)
    suffixes = {
      ...{ framework, domain },
      ...{ suffix: `${framework}.${domain}`, agentSuffix: `${framework}.slave.${domain}` },
    };
  return suffixes;
}

/** One task and what its names end in. */
interface Scope {
  readonly compat: Naming['compat'];
  readonly sink: SplitNameSink;
  readonly entry: TaskEntry;
  readonly suffix: string;
  readonly agentSuffix: string;
}

/** All records of the task under one task label, in the original's order. */
function emitUnder(scope: Scope, labels: TaskLabelIndex): void {
  emitAddresses(scope, labels);
  emitResourcePorts(scope, labels);
  emitDiscoveryPorts(scope, labels);
}

function emitAddresses(scope: Scope, { label, canonical }: TaskLabelIndex): void {
  const { compat, sink, entry, suffix, agentSuffix } = scope;
  const { addresses, agentAddresses } = entry;
  for (const address of addresses) {
    sink.address(label, suffix, address);
    sink.address(canonical, suffix, address);
  }
  for (const address of agentAddresses) {
    sink.address(label, agentSuffix, address);
    sink.address(canonical, agentSuffix, address);
  }
  for (const first of [label, canonical]) {
    // The original stores a text that is no address here, which makes the names exist.
    if (agentAddresses.length === 0) sink.exists(first, agentSuffix);
    if (addresses.length === 0 && compat === 'standard') sink.exists(first, suffix);
  }
}

function emitResourcePorts(scope: Scope, { canonical: target, service: first }: TaskLabelIndex): void {
  const { sink, entry, suffix, agentSuffix } = scope;
  const places = PROTOCOLS.map((protocol) => `${first}._${protocol}`);
  for (const [begin, end] of entry.ports) {
    for (let port = begin; port <= end; port++) {
      const service = { port, target, targetSuffix: agentSuffix };
      for (const place of places) sink.service(place, agentSuffix, service);
      if (!entry.discovery) for (const place of places) sink.service(place, suffix, service);
    }
  }
}

function emitDiscoveryPorts({ sink, entry, suffix }: Scope, labels: TaskLabelIndex): void {
  const { canonical: target, service: first } = labels;
  for (const { port, protocols, label: portLabel } of entry.discovery ?? []) {
    const service = { port, target, targetSuffix: suffix };
    const places = protocols.map((protocol) => `${first}.${serviceLabel(protocol)}`);
    for (const place of places) sink.service(place, suffix, service);
    if (portLabel === '') continue;
    for (const place of places) sink.service(`${serviceLabel(portLabel)}.${place}`, suffix, service);
  }
}

/** `_label` in at most 63 octets. Dashes at the end stay: without them it could be the label of something else. */
function serviceLabel(label: string): string {
  return `_${label.slice(0, LABEL_MAX - 1)}`;
}

/** `label-hash-tail`, with the label shortened to fit. */
function canonicalLabel(label: string, ending: string): string {
  const dot = ending.indexOf('.');
  const room = Math.max(0, LABEL_MAX - (dot < 0 ? ending.length : dot));
  return shortenLabel(label, room) + ending;
}

/** Why a task that counts has no address of its own: the sources, in the order in which they were asked. */
export function whyNoAddress(context: RecordContext, task: TaskBody): string {
  const { agent } = ownersOf(context, task);
  const sources = context.options.ipSources.map((source) => {
    const texts = source === 'host' ? [] : (task.running?.[source] ?? []);
    if (texts.length > 0)
      return `${source} (${texts
        .slice(0, 3)
        .map((text) => JSON.stringify(text))
        .join(', ')}: no address)`;
    return source === 'host' ? `host (${whyNoHost(agent)})` : `${source} (none)`;
  });
  return `it has no usable address; sources asked: ${sources.join(', ')}`;
}

function whyNoHost(agent: AgentFacts | undefined): string {
  return agent?.endpoint
    ? `its agent's host ${agent.endpoint.host} has no address`
    : "its agent's address cannot be read";
}

/** The addresses of the first source that has any. */
function taskAddresses(
  task: TaskBody,
  sources: readonly IpSource[],
  agentAddresses: readonly string[],
): readonly string[] {
  for (const source of sources) {
    if (source === 'host') {
      if (agentAddresses.length > 0) return agentAddresses;
      continue;
    }
    const addresses: string[] = [];
    for (const text of task.running?.[source] ?? []) {
      const address = readAddress(text);
      if (address && addresses.length < ADDRESSES_MAX) addresses.push(address.text);
    }
    if (addresses.length > 0) return addresses;
  }
  return [];
}
