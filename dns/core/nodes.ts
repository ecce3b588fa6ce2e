/**
 * The nodes of a zone while it is being kept: values with how often they were put, and which names have changed.
 *
 * Always true: a name is here as long as something was put at it or below it. Most names hold one address that was put
 * once, so that case takes one text and no set.
 */

import type { Put, Service, ZoneOptions } from './book';
import { joinItems, joinSections, NON_TERMINAL, packService } from './packed';

export type Direction = 'in' | 'out';

/** The values of one kind: nothing, one that was put once, or how often each was put. */
type Bag = undefined | string | Map<string, number>;

interface Values {
  a: Bag;
  aaaa: Bag;
  services: Bag;
}

interface Node extends Values {
  /** How often the name was made to exist, whatever stands at it. */
  made: number;
  /** Names one label below it. */
  children: number;
  /** What unhealthy instances put; shown only where nothing else is. */
  sick: Values | undefined;
}

export interface Nodes {
  put(how: Direction): Put & { sick: Put };
  /** What has changed since the last call; the first time everything. */
  take(): { fresh: boolean; names: string[]; packed: (string | null)[] };
  entries(): Iterable<[string, string]>;
  size(): number;
}

/** What is kept: most names have one address that was put once, and that is all that is kept of them. */
interface Kept {
  readonly domain: string;
  readonly all: Map<string, Node | string>;
  changed: Set<string>;
  /** Everything is new, so that single changes need not be remembered. */
  fresh: boolean;
}

type Kind = keyof Values | 'made';

export function createNodes({ domain, compat }: ZoneOptions): Nodes {
  const kept: Kept = { domain, all: new Map([[domain, emptyNode()]]), changed: new Set(), fresh: true };
  const spell = compat === 'standard' ? (name: string) => name.toLowerCase() : (name: string) => name;
  let last: { service: Service; text: string } | undefined;
  // A service stands at several names in a row; they share its text.
  const packed = (service: Service): string => {
    if (last?.service !== service)
      last = { service, text: packService({ port: service.port, target: spell(service.target) }) };
    return last.text;
  };
  const putOf = (how: Direction, sick: boolean): Put => {
    const write = (name: string, kind: Kind, value: string): void =>
      how === 'in'
        ? putIn(kept, spell(name), { kind, value, sick })
        : takeOut(kept, spell(name), { kind, value, sick });
    return {
      address: (name, text) => write(name, text.includes(':') ? 'aaaa' : 'a', text),
      service: (name, service) => write(name, 'services', packed(service)),
      exists: (name) => write(name, 'made', ''),
    };
  };
  const puts = {
    in: { ...putOf('in', false), sick: putOf('in', true) },
    out: { ...putOf('out', false), sick: putOf('out', true) },
  };
  return {
    put: (how) => puts[how],
    size: () => kept.all.size,
    entries: function* () {
      for (const [name, node] of kept.all) yield [name, pack(node) ?? NON_TERMINAL];
    },
    take: () => take(kept),
  };
}

function take(kept: Kept): ReturnType<Nodes['take']> {
  const { fresh, changed, all } = kept;
  const names = fresh ? [...all.keys()] : [...changed];
  const packed = names.map((name) => pack(all.get(name)));
  kept.changed = new Set();
  kept.fresh = false;
  return { fresh, names, packed };
}

interface Entry {
  readonly kind: Kind;
  readonly value: string;
  readonly sick: boolean;
}

function putIn(kept: Kept, name: string, { kind, value, sick }: Entry): void {
  if (!kept.fresh) kept.changed.add(name);
  const held = kept.all.get(name);
  if (held === undefined) {
    const plain = !sick && (kind === 'a' || kind === 'aaaa');
    kept.all.set(name, plain ? value : emptyNode());
    const above = parentOf(name, kept.domain);
    if (above !== undefined) open(kept, above).children++;
    if (plain) return;
  }
  const node = open(kept, name);
  node.made++;
  if (kind === 'made') return;
  const values = valuesOf(node, sick);
  values[kind] = add(values[kind], value);
}

function takeOut(kept: Kept, name: string, { kind, value, sick }: Entry): void {
  if (!kept.fresh) kept.changed.add(name);
  const node = open(kept, name);
  node.made--;
  if (kind !== 'made') {
    const values = valuesOf(node, sick);
    values[kind] = remove(values[kind], value);
  }
  close(kept, name, node);
}

function valuesOf(node: Node, sick: boolean): Values {
  if (!sick) return node;
  node.sick ??= { a: undefined, aaaa: undefined, services: undefined };
  return node.sick;
}

/** The node of a name, made with all above it when it is new. */
function open(kept: Kept, name: string): Node {
  const held = kept.all.get(name);
  if (typeof held === 'object') return held;
  const node = held === undefined ? emptyNode() : plainNode(held);
  kept.all.set(name, node);
  if (held !== undefined) return node;
  if (!kept.fresh) kept.changed.add(name);
  const above = parentOf(name, kept.domain);
  if (above !== undefined) open(kept, above).children++;
  return node;
}

/** Removes a name that nothing holds any more, and with it names above that were only there for it. */
function close(kept: Kept, name: string, node: Node): void {
  if (node.children > 0 || node.made > 0 || name === kept.domain) return;
  kept.all.delete(name);
  if (!kept.fresh) kept.changed.add(name);
  const above = parentOf(name, kept.domain);
  if (above === undefined || !kept.all.has(above)) return;
  const parent = open(kept, above);
  parent.children--;
  close(kept, above, parent);
}

function plainNode(address: string): Node {
  const kind = address.includes(':') ? 'aaaa' : 'a';
  return { ...emptyNode(), made: 1, [kind]: address };
}

function emptyNode(): Node {
  return { a: undefined, aaaa: undefined, services: undefined, made: 0, children: 0, sick: undefined };
}

/** The name one label above; undefined for the domain and for what does not lie below it. */
function parentOf(name: string, domain: string): string | undefined {
  if (name.length <= domain.length || !name.endsWith(domain)) return undefined;
  const dot = name.indexOf('.');
  return dot < 0 ? undefined : name.slice(dot + 1);
}

function pack(node: Node | string | undefined): string | null {
  if (node === undefined) return null;
  if (typeof node === 'string')
    return node.includes(':') ? joinSections('', node, '') : joinSections(node, '', '');
  if (node.made === 0) return NON_TERMINAL;
  const { sick } = node;
  return joinSections(
    section(node.a ?? sick?.a),
    section(node.aaaa ?? sick?.aaaa),
    section(node.services ?? sick?.services),
  );
}

function section(bag: Bag): string {
  if (bag === undefined) return '';
  return typeof bag === 'string' ? bag : joinItems(bag.keys());
}

function add(bag: Bag, value: string): Bag {
  if (bag === undefined) return value;
  const counts = typeof bag === 'string' ? new Map([[bag, 1]]) : bag;
  counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function remove(bag: Bag, value: string): Bag {
  if (bag === undefined || typeof bag === 'string') return bag === value ? undefined : bag;
  const count = bag.get(value) ?? 0;
  if (count > 1) bag.set(value, count - 1);
  else bag.delete(value);
  return bag.size === 0 ? undefined : bag;
}
