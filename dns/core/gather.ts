/**
 * The node of a name, collected from the things that put something there: each value once, in the order
 * they came.
 */

import type { Put, Service, ZoneNode } from './book';
import { ITEM, LINE, packText, unpackText } from './packed';

/** The values of one name while they come together. */
export interface Gathered {
  /** True when anything was put here, were it nothing but the name. */
  named: boolean;
  readonly healthy: Values;
  /** Values of unhealthy instances; they count only where there are no others. */
  readonly sick: Values;
}

interface Values {
  readonly a: Set<string>;
  readonly aaaa: Set<string>;
  readonly services: Map<string, Service>;
}

export function createGathered(): Gathered {
  return { named: false, healthy: emptyValues(), sick: emptyValues() };
}

function emptyValues(): Values {
  return { a: new Set(), aaaa: new Set(), services: new Map() };
}

/** Gathers the names that `at` has a place for. */
export function gatherInto(nodeAt: (name: string) => Gathered | undefined): Put & { readonly sick: Put } {
  return { ...putInto(nodeAt, 'healthy'), sick: putInto(nodeAt, 'sick') };
}

function putInto(nodeAt: (name: string) => Gathered | undefined, kind: 'healthy' | 'sick'): Put {
  const open = (name: string): Values | undefined => {
    const gathered = nodeAt(name);
    if (!gathered) return undefined;
    gathered.named = true;
    return gathered[kind];
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

export function nodeOf({ named, healthy, sick }: Gathered): ZoneNode {
  const a = healthy.a.size > 0 ? healthy.a : sick.a;
  const aaaa = healthy.aaaa.size > 0 ? healthy.aaaa : sick.aaaa;
  const services = healthy.services.size > 0 ? healthy.services : sick.services;
  return { a: [...a], aaaa: [...aaaa], services: [...services.values()], named };
}

/** Gives each record as a line, to be put together with those of its name later on. */
export function writePuts(take: (name: string, line: string) => void): Put & { readonly sick: Put } {
  const write = (mark: string): Put => ({
    address: (name, address) => take(name, mark + ITEM + address),
    service: (name, { port, target }) => take(name, [mark, port, packText(target)].join(ITEM)),
    exists: (name) => take(name, mark),
  });
  return { ...write('+'), sick: write('-') };
}

/** The node that the lines of one name make; without any it only has names below it. */
export function readPuts(lines: string): ZoneNode {
  const gathered = createGathered();
  const puts = gatherInto(() => gathered);
  for (const line of lines === '' ? [] : lines.split(LINE)) {
    const [mark, value, target] = line.split(ITEM);
    const put = mark === '-' ? puts.sick : puts;
    if (target !== undefined) put.service('', { port: Number(value), target: unpackText(target) });
    else if (value !== undefined) put.address('', value);
    else put.exists('');
  }
  return nodeOf(gathered);
}
