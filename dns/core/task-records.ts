/**
 * The records of tasks: addresses and services, with and without discovery information.
 *
 * A task counts when it runs and its agent is in the list. Names are `task.framework.domain`, the canonical
 * `task-hash-agent.framework.domain`, and both below `.slave.` for the agent's address.
 */

import { readAddress } from './address';
import type { MakerContext, Put, Service } from './book';
import { PORT_MAX } from './facts';
import { cleanDomain, cleanLabel, LABEL_MAX, shortenLabel } from './labels';
import type { DiscoveryFacts, IpSource, TaskFacts } from './snapshot';
import { taskHash } from './task-hash';

const PROTOCOLS: readonly string[] = ['tcp', 'udp'];

/** Why a task has no records; undefined for one that has. */
export function whyNone(context: MakerContext, task: TaskFacts): string | undefined {
  if (!context.framework(task.frameworkId)) return 'its framework is not known';
  if (task.state !== 'TASK_RUNNING') return `it is ${task.state} and not TASK_RUNNING`;
  if (!context.agent(task.agentId)) return `its agent ${task.agentId} is not in the list of agents`;
  return undefined;
}

/** The records of one task; an unhealthy one's aside, when health counts. */
export function putTask(context: MakerContext, put: Put & { readonly sick: Put }, task: TaskFacts): void {
  if (whyNone(context, task) !== undefined) return;
  const aside = context.options.healthy && task.running?.healthy === false;
  putTaskRecords(context, aside ? put.sick : put, task);
}

/** What a task's records are, or would be if it counted. */
export function putTaskRecords(context: MakerContext, put: Put, task: TaskFacts): void {
  const { labelRule } = context.options;
  const scope = scopeOf(context, put, task);
  if (!task.discovery) {
    putUnder(scope, cleanLabel(task.name, labelRule));
    return;
  }
  // Made twice, as in the original: with the name as it stands (it may have dots), and cleaned.
  const { name } = task.discovery;
  const clean = cleanLabel(name, labelRule);
  putUnder(scope, name);
  if (clean !== name) putUnder(scope, clean);
}

/** One task and what its names end in. */
interface Scope {
  readonly context: MakerContext;
  readonly put: Put;
  readonly task: TaskFacts;
  readonly suffix: string;
  readonly agentSuffix: string;
  readonly taskAddresses: readonly string[];
  readonly agentAddresses: readonly string[];
}

function scopeOf(context: MakerContext, put: Put, task: TaskFacts): Scope {
  const { domain, labelRule, ipSources } = context.options;
  const framework = cleanDomain(context.framework(task.frameworkId)?.name ?? '', labelRule);
  const at = context.agent(task.agentId)?.at;
  const agentAddresses = at ? context.addressesOf(at.host) : [];
  return {
    context,
    put,
    task,
    suffix: `${framework}.${domain}`,
    agentSuffix: `${framework}.slave.${domain}`,
    agentAddresses,
    taskAddresses: taskAddresses(task, ipSources, agentAddresses),
  };
}

/** All records of the task under one task label. */
function putUnder(scope: Scope, label: string): void {
  const { context, put, task, suffix, agentSuffix, agentAddresses } = scope;
  const canonical = canonicalLabel(label, task);
  for (const first of [label, canonical]) {
    for (const address of scope.taskAddresses) put.address(`${first}.${suffix}`, address);
    for (const address of agentAddresses) put.address(`${first}.${agentSuffix}`, address);
    // The original stores a text that is no address here, which makes the names exist.
    if (agentAddresses.length === 0) put.exists(`${first}.${agentSuffix}`);
    if (scope.taskAddresses.length === 0 && context.options.compat === 'standard')
      put.exists(`${first}.${suffix}`);
  }
  putResourcePorts(scope, label, `${canonical}.${agentSuffix}`);
  if (task.discovery) putDiscoveryPorts(scope, task.discovery, label, `${canonical}.${suffix}`);
}

function putResourcePorts(scope: Scope, label: string, target: string): void {
  const { task, suffix, agentSuffix } = scope;
  const suffixes = task.discovery ? [agentSuffix] : [agentSuffix, suffix];
  const first = serviceLabel(label);
  for (const [begin, end] of task.ports) {
    for (let port = begin; port <= end; port++) {
      const service = { port, target };
      for (const protocol of PROTOCOLS)
        for (const ending of suffixes) putService(scope, `${first}._${protocol}.${ending}`, service);
    }
  }
}

function putDiscoveryPorts(scope: Scope, discovery: DiscoveryFacts, label: string, target: string): void {
  const { labelRule } = scope.context.options;
  for (const { number, name, protocol } of discovery.ports) {
    const clean = cleanLabel(protocol, labelRule);
    const portLabel = cleanLabel(name, labelRule);
    const service = { port: number, target };
    for (const word of clean === '' ? PROTOCOLS : [clean]) {
      const place = `${serviceLabel(label)}.${serviceLabel(word)}.${scope.suffix}`;
      putService(scope, place, service);
      if (portLabel !== '') putService(scope, `${serviceLabel(portLabel)}.${place}`, service);
    }
  }
}

/** Ports that are none are cut to 16 bits by the original; the standards have no place for them. */
function putService({ context, put, task }: Scope, name: string, service: Service): void {
  const { port } = service;
  if (port >= 0 && port <= PORT_MAX) put.service(name, service);
  else {
    context.note(`task ${task.id}: ${port} is no port`);
    if (context.options.compat === 'mesos-dns') put.service(name, service);
  }
}

/** `_label`, with the label shortened so that the whole is one: the original made names here that nobody can ask. */
function serviceLabel(label: string): string {
  return label.includes('.') ? `_${label}` : `_${shortenLabel(label, LABEL_MAX - 1)}`;
}

/** `label-hash-tail`. A long label is shortened to fit: in the original such services could not be answered at all. */
function canonicalLabel(label: string, task: TaskFacts): string {
  const tail = task.agentId.slice(task.agentId.lastIndexOf('-') + 1).toLowerCase();
  const ending = `-${taskHash(task.id)}-${tail}`;
  const endingLabel = ending.split('.')[0] ?? ending;
  const lastDot = label.lastIndexOf('.') + 1;
  const room = Math.max(0, LABEL_MAX - endingLabel.length);
  return label.slice(0, lastDot) + shortenLabel(label.slice(lastDot), room) + ending;
}

/** The addresses of the first source that has any. */
function taskAddresses(
  task: TaskFacts,
  sources: readonly IpSource[],
  agentAddresses: readonly string[],
): readonly string[] {
  for (const source of sources) {
    if (source === 'host') {
      if (agentAddresses.length > 0) return agentAddresses;
      continue;
    }
    const addresses = (task.running?.[source] ?? []).flatMap((text) => readAddress(text.trim())?.text ?? []);
    if (addresses.length > 0) return addresses;
  }
  return [];
}
