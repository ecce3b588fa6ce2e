/**
 * The values of one name while they are collected from entries: each value once, in the order in which they came.
 */

import { ITEM, LINE, packText, unpackText } from '../facts/packed-text';
import type { RecordSink, TaskRecordSink } from '../zone/record-sink';
import type { Service, ZoneNode } from '../zone/zone';

export interface NodeValues {
  /** True when anything was emitted at the name, were it nothing but its existence. */
  named: boolean;
  readonly healthy: Values;
  /** Values of unhealthy tasks; they count only where there are no others. */
  readonly unhealthy: Values;
}

interface Values {
  readonly a: Set<string>;
  readonly aaaa: Set<string>;
  readonly services: Map<string, Service>;
}

export function createNodeValues(): NodeValues {
  return { named: false, healthy: emptyValues(), unhealthy: emptyValues() };
}

function emptyValues(): Values {
  return { a: new Set(), aaaa: new Set(), services: new Map() };
}

/** A sink that collects the names that `valuesAt` has values for, and drops all others. */
export function collectInto(valuesAt: (name: string) => NodeValues | undefined): TaskRecordSink {
  return { ...valuesSink(valuesAt, 'healthy'), unhealthy: valuesSink(valuesAt, 'unhealthy') };
}

function valuesSink(
  valuesAt: (name: string) => NodeValues | undefined,
  kind: 'healthy' | 'unhealthy',
): RecordSink {
  const open = (name: string): Values | undefined => {
    const node = valuesAt(name);
    if (!node) return undefined;
    node.named = true;
    return node[kind];
  };
  return {
    address: (name, address) => {
      const values = open(name);
      if (values) (address.includes(':') ? values.aaaa : values.a).add(address);
    },
    service: (name, service) => {
      const services = open(name)?.services;
      if (!services) return;
      const key = `${service.port} ${service.target}`;
      if (!services.has(key)) services.set(key, service);
    },
    exists: (name) => void open(name),
  };
}

export function toZoneNode({ named, healthy, unhealthy }: NodeValues): ZoneNode {
  const a = healthy.a.size > 0 ? healthy.a : unhealthy.a;
  const aaaa = healthy.aaaa.size > 0 ? healthy.aaaa : unhealthy.aaaa;
  const services = healthy.services.size > 0 ? healthy.services : unhealthy.services;
  return { a: [...a], aaaa: [...aaaa], services: [...services.values()], named };
}

/** A sink that gives each record as a line, to be put together with those of its name later on. */
export function lineSink(takeLine: (name: string, line: string) => void): TaskRecordSink {
  const write = (mark: string): RecordSink => ({
    address: (name, address) => takeLine(name, mark + ITEM + address),
    service: (name, { port, target }) => takeLine(name, [mark, port, packText(target)].join(ITEM)),
    exists: (name) => takeLine(name, mark),
  });
  return { ...write('+'), unhealthy: write('-') };
}

/** The node that the lines of one name make; without any it is an empty non-terminal. */
export function nodeFromLines(lines: string): ZoneNode {
  const values = createNodeValues();
  const sinks = collectInto(() => values);
  for (const line of lines === '' ? [] : lines.split(LINE)) {
    const [mark, value, target] = line.split(ITEM);
    const sink = mark === '-' ? sinks.unhealthy : sinks;
    if (target !== undefined) sink.service('', { port: Number(value), target: unpackText(target) });
    else if (value !== undefined) sink.address('', value);
    else sink.exists('');
  }
  return toZoneNode(values);
}
