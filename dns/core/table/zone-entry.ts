/**
 * The entry of one thing of the cluster in the zone, as one short text: small in memory, cheap to hand to another thread, and
 * all that its names and records are made of.
 *
 * A task's text has the parts of its names and not the names, which are several times as long. Agents, frameworks, the
 * masters and this server, of which there are few, have their records written out.
 */

import {
  ITEM,
  LINE,
  packItems,
  packRanges,
  packText,
  unpackItems,
  unpackRanges,
  unpackText,
} from '../facts/packed-text';
import type { DiscoveryPortEntry, TaskEntry } from '../records/task-entry';
import { emitSplitTask, emitTask } from '../records/task-records';
import type { RecordSink, TaskRecordSink } from '../zone/record-sink';
import type { Naming } from '../zone/zone';

/** The first line of a text: a healthy or an unhealthy task, or records that are written out. */
const HEALTHY = '+';
const UNHEALTHY = '-';
const RECORDS = '=';

/** The text of a task's entry. */
export function packTask(entry: TaskEntry): string {
  const { unhealthy, framework, labels, ending, addresses, agentAddresses, ports, discovery } = entry;
  return [
    unhealthy ? UNHEALTHY : HEALTHY,
    framework,
    packItems(labels),
    packText(ending),
    packItems(addresses),
    packItems(agentAddresses),
    packRanges(ports),
    discovery ? packPorts(discovery) : '',
  ].join(LINE);
}

/** The text of the records that an emitter emits; undefined when there are none. */
export function packRecords(emit: (sink: RecordSink) => void): string | undefined {
  const lines: string[] = [];
  emit({
    address: (name, address) => void lines.push(['a', name, address].join(ITEM)),
    service: (name, { port, target }) => void lines.push(['s', name, port, target].join(ITEM)),
    exists: (name) => void lines.push(['e', name].join(ITEM)),
  });
  return lines.length === 0 ? undefined : [RECORDS, ...lines].join(LINE);
}

/** Emits all records of an entry. */
export function expandEntry(naming: Naming, entry: string, sink: TaskRecordSink): void {
  const lines = entry.split(LINE);
  // Names by the standards are all in lower case, those of the original as the cluster wrote them.
  const spelled =
    naming.compat === 'standard' ? { ...lowering(sink), unhealthy: lowering(sink.unhealthy) } : sink;
  if (lines[0] === RECORDS) emitLines(lines, spelled);
  else emitTask(naming, spelled, unpackTask(lines));
}

/**
 * Shows every name that an entry has records at, some of them more than once: its labels, and what many names end in
 * (empty when the labels are all of it). For those who need no records.
 */
export function expandNames(
  naming: Naming,
  entry: string,
  show: (labels: string, suffix: string) => void,
): void {
  const lines = entry.split(LINE);
  const spelled: typeof show =
    naming.compat === 'standard'
      ? (labels, suffix) => show(labels.toLowerCase(), suffix.toLowerCase())
      : show;
  if (lines[0] !== RECORDS) {
    emitSplitTask(naming, { address: spelled, service: spelled, exists: spelled }, unpackTask(lines));
    return;
  }
  const whole = (name: string): void => spelled(name, '');
  emitLines(lines, { address: whole, service: whole, exists: whole });
}

/** A sink that takes names in any case and hands them on in lower case. */
function lowering(sink: RecordSink): RecordSink {
  return {
    address: (name, address) => sink.address(name.toLowerCase(), address),
    service: (name, { port, target }) =>
      sink.service(name.toLowerCase(), { port, target: target.toLowerCase() }),
    exists: (name) => sink.exists(name.toLowerCase()),
  };
}

/** Emits records that are written out. */
function emitLines(lines: readonly string[], sink: RecordSink): void {
  for (let index = 1; index < lines.length; index++) {
    const [kind, name = '', value = '', target = ''] = (lines[index] ?? '').split(ITEM);
    if (kind === 'a') sink.address(name, value);
    else if (kind === 's') sink.service(name, { port: Number(value), target });
    else sink.exists(name);
  }
}

function unpackTask(lines: readonly string[]): TaskEntry {
  const [
    kind,
    framework = '',
    labels = '',
    ending = '',
    addresses = '',
    agents = '',
    ports = '',
    discovery = '',
  ] = lines;
  return {
    unhealthy: kind === UNHEALTHY,
    framework,
    // There is always one label, and it may be empty.
    labels: labels === '' ? [''] : unpackItems(labels),
    ending: unpackText(ending),
    addresses: unpackItems(addresses),
    agentAddresses: unpackItems(agents),
    ports: unpackRanges(ports),
    discovery: unpackPorts(discovery),
  };
}

/** A mark in front tells discovery information without ports from none. */
function packPorts(ports: readonly DiscoveryPortEntry[]): string {
  return ['d', ...ports.map(({ port, protocols, label }) => [port, label, ...protocols].join(' '))].join(
    ITEM,
  );
}

function unpackPorts(text: string): DiscoveryPortEntry[] | undefined {
  if (text === '') return undefined;
  const ports: DiscoveryPortEntry[] = [];
  const items = text.split(ITEM);
  for (let index = 1; index < items.length; index++) {
    const [port, label = '', ...protocols] = (items[index] ?? '').split(' ');
    ports.push({ port: Number(port), label, protocols });
  }
  return ports;
}
