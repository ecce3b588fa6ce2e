/**
 * The records of tasks: addresses and services, with and without discovery information.
 *
 * A task counts when it runs and its agent is in the list. Names are `task.framework.domain`, the canonical
 * `task-hash-agent.framework.domain`, and both below `.slave.` for the agent's address.
 */

import { readAddress } from './address';
import type { ListedRecord, ListedTask, Service, ZoneBook } from './book';
import { cleanDomain, cleanLabel, LABEL_MAX, shortenLabel } from './labels';
import type { AgentFacts, DiscoveryFacts, FrameworkFacts, IpSource, TaskFacts } from './snapshot';
import { taskHash } from './task-hash';

const PROTOCOLS: readonly string[] = ['tcp', 'udp'];

/** Adds every task, framework by framework, and the listing of them. */
export function addTasks(book: ZoneBook): void {
  const tasks = new Map<string, TaskFacts[]>();
  for (const task of book.snapshot.tasks.values()) {
    const held = tasks.get(task.frameworkId);
    if (held) held.push(task);
    else tasks.set(task.frameworkId, [task]);
  }
  for (const framework of book.snapshot.frameworks.values()) {
    const listed = (tasks.get(framework.id) ?? []).flatMap((task) => addTask(book, framework, task) ?? []);
    book.framework({ name: framework.name, tasks: listed });
  }
}

function addTask(book: ZoneBook, framework: FrameworkFacts, task: TaskFacts): ListedTask | undefined {
  const agent = book.snapshot.agents.get(task.agentId);
  if (task.state !== 'TASK_RUNNING' || !agent) return undefined;
  const writer = new TaskWriter(book, framework, task, agent);
  const { labelRule } = book.options;
  if (task.discovery) {
    // Made twice, as in the original: with the name as it stands (it may have dots), and cleaned.
    writer.add(task.discovery.name);
    writer.add(cleanLabel(task.discovery.name, labelRule));
  } else writer.add(cleanLabel(task.name, labelRule));
  return { name: task.name, id: task.id, records: writer.listed };
}

/** Writes the records of one task and remembers which were new. */
class TaskWriter {
  readonly listed: ListedRecord[] = [];
  private readonly suffix: string;
  private readonly agentSuffix: string;
  private readonly taskAddresses: readonly string[];
  private readonly agentAddresses: readonly string[];

  constructor(
    private readonly book: ZoneBook,
    framework: FrameworkFacts,
    private readonly task: TaskFacts,
    agent: AgentFacts,
  ) {
    const { domain, labelRule } = book.options;
    const name = cleanDomain(framework.name, labelRule);
    this.suffix = `${name}.${domain}`;
    this.agentSuffix = `${name}.slave.${domain}`;
    this.agentAddresses = agent.at ? book.addressesOf(agent.at.host) : [];
    this.taskAddresses = taskAddresses(task, book.options.ipSources, this.agentAddresses);
  }

  /** All records of the task under one task label. */
  add(label: string): void {
    const canonical = canonicalLabel(label, this.task);
    for (const first of [label, canonical]) {
      this.addresses(`${first}.${this.suffix}`, this.taskAddresses);
      this.addresses(`${first}.${this.agentSuffix}`, this.agentAddresses);
    }
    this.resourcePorts(label, `${canonical}.${this.agentSuffix}`);
    const { discovery } = this.task;
    if (discovery) this.discoveryPorts(discovery, label, `${canonical}.${this.suffix}`);
  }

  private addresses(name: string, addresses: readonly string[]): void {
    if (addresses.length === 0) this.book.exists(name);
    for (const address of addresses) {
      const rtype = address.includes(':') ? 'AAAA' : 'A';
      if (this.book.address(name, address)) this.listed.push({ name, host: address, rtype });
    }
  }

  private resourcePorts(label: string, target: string): void {
    const suffixes = this.task.discovery ? [this.agentSuffix] : [this.agentSuffix, this.suffix];
    for (const [begin, end] of this.task.ports) {
      for (let port = begin; port <= end; port++) {
        for (const protocol of PROTOCOLS)
          for (const suffix of suffixes)
            this.service(`${serviceLabel(label)}._${protocol}.${suffix}`, { port, target });
      }
    }
  }

  private discoveryPorts(discovery: DiscoveryFacts, label: string, target: string): void {
    const { labelRule } = this.book.options;
    for (const { number, name, protocol } of discovery.ports) {
      const clean = cleanLabel(protocol, labelRule);
      const portLabel = cleanLabel(name, labelRule);
      for (const word of clean === '' ? PROTOCOLS : [clean]) {
        const service = `${serviceLabel(label)}.${serviceLabel(word)}.${this.suffix}`;
        this.service(service, { port: number, target });
        if (portLabel !== '') this.service(`${serviceLabel(portLabel)}.${service}`, { port: number, target });
      }
    }
  }

  private service(name: string, service: Service): void {
    const host = `${service.target}.:${service.port}`;
    if (this.book.service(name, service)) this.listed.push({ name, host, rtype: 'SRV' });
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
    const texts = source === 'host' ? agentAddresses : (task.running?.[source] ?? []);
    const addresses = texts.flatMap((text) => readAddress(text.trim())?.text ?? []);
    if (addresses.length > 0) return addresses;
  }
  return [];
}
