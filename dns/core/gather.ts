/**
 * The node of a name, collected from the things that put something there: each value once, in the order
 * they came.
 */

import type { RecordSink, Service, ZoneNode } from './book';
import { ITEM, LINE, packText, unpackText } from './packed';

/** The values of one name while they come together. */
export interface CollectedNode {
  /** True when anything was put here, were it nothing but the name. */
  named: boolean;
  readonly healthy: Values;
  /** Values of unhealthy instances; they count only where there are no others. */
  readonly unhealthy: Values;
}

interface Values {
  readonly a: Set<string>;
  readonly aaaa: Set<string>;
  readonly services: Map<string, Service>;
}

export function createCollectedNode(): CollectedNode {
  return { named: false, healthy: emptyValues(), unhealthy: emptyValues() };
}

function emptyValues(): Values {
  return { a: new Set(), aaaa: new Set(), services: new Map() };
}

/** Gathers the names that `at` has a place for. */
export function collectInto(
  nodeAt: (name: string) => CollectedNode | undefined,
): RecordSink & { readonly unhealthy: RecordSink } {
  return { ...valuesSink(nodeAt, 'healthy'), unhealthy: valuesSink(nodeAt, 'unhealthy') };
}

function valuesSink(
  nodeAt: (name: string) => CollectedNode | undefined,
  kind: 'healthy' | 'unhealthy',
): RecordSink {
  const open = (name: string): Values | undefined => {
    const collected = nodeAt(name);
    if (!collected) return undefined;
    collected.named = true;
    return collected[kind];
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

export function toZoneNode({ named, healthy, unhealthy }: CollectedNode): ZoneNode {
  const a = healthy.a.size > 0 ? healthy.a : unhealthy.a;
  const aaaa = healthy.aaaa.size > 0 ? healthy.aaaa : unhealthy.aaaa;
  const services = healthy.services.size > 0 ? healthy.services : unhealthy.services;
  return { a: [...a], aaaa: [...aaaa], services: [...services.values()], named };
}

/** Gives each record as a line, to be put together with those of its name later on. */
export function lineSink(
  take: (name: string, line: string) => void,
): RecordSink & { readonly unhealthy: RecordSink } {
  const write = (mark: string): RecordSink => ({
    address: (name, address) => take(name, mark + ITEM + address),
    service: (name, { port, target }) => take(name, [mark, port, packText(target)].join(ITEM)),
    exists: (name) => take(name, mark),
  });
  return { ...write('+'), unhealthy: write('-') };
}

/** The node that the lines of one name make; without any it only has names below it. */
export function nodeFromLines(lines: string): ZoneNode {
  const collected = createCollectedNode();
  const sinks = collectInto(() => collected);
  for (const line of lines === '' ? [] : lines.split(LINE)) {
    const [mark, value, target] = line.split(ITEM);
    const sink = mark === '-' ? sinks.unhealthy : sinks;
    if (target !== undefined) sink.service('', { port: Number(value), target: unpackText(target) });
    else if (value !== undefined) sink.address('', value);
    else sink.exists('');
  }
  return toZoneNode(collected);
}
