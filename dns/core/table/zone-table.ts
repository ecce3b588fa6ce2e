/**
 * The table that questions are answered from: all entries of the zone, and an index from names to entries. The records of a
 * name are made when it is looked up.
 *
 * Always true: it shows one moment of the cluster. A fresh zone that comes in parts replaces the old one with its last part.
 */

import type { Naming, Zone, ZoneChange, ZoneHead, ZoneNode } from '../zone/zone';
import { createNameHash, createNameIndex, hashName, type NameIndex } from './name-index';
import { collectInto, createNodeValues, toZoneNode } from './node-values';
import { expandEntry, expandNames } from './zone-entry';

/** Names that may have other answers now; none before the last part of a fresh zone. */
export type ChangedNames = 'none' | 'all' | readonly string[];

export interface ZoneTable {
  /** The zone, from the first complete change on. */
  zone(): Zone | undefined;
  /** Takes a change. Tells which names may have other answers now. */
  apply(change: ZoneChange): ChangedNames;
  /** Everything that is here as a fresh zone in parts, and after it the beginning of the next one when that is on its way. */
  parts(): Iterable<ZoneChange>;
  /** Number of names, empty non-terminals aside. */
  size(): number;
}

/** Entries in one part of a fresh zone: each part is handled by the answering thread in a moment. */
export const PART_ENTRIES = 400;

/** The entries by number, and the index of their names. */
interface Store {
  readonly entries: (string | undefined)[];
  readonly index: NameIndex;
  /** For each name the number of names one label below it, to tell empty non-terminals; only `standard` asks for them. */
  readonly above: Map<string, number> | undefined;
}

export function createTable(): ZoneTable {
  let store: Store | undefined;
  let growing: { readonly store: Store; readonly head: ZoneHead } | undefined;
  let zone: Zone | undefined;
  const show = (head: ZoneHead, entries: Store): void => {
    zone = { ...head, node: (name) => nodeAt(entries, head, name) };
  };
  const replace = (change: ZoneChange): 'none' | 'all' => {
    if (change.first) growing = undefined;
    growing ??= { store: createStore(change), head: change.head };
    enter(growing.store, change);
    if (!change.last) return 'none';
    store = growing.store;
    growing = undefined;
    show(change.head, store);
    return 'all';
  };
  return {
    zone: () => zone,
    size: () => store?.index.size() ?? 0,
    parts: function* () {
      if (store && zone) yield* partsOf(store, zone, true);
      if (growing) yield* partsOf(growing.store, growing.head, false);
    },
    apply: (change) => {
      if (change.fresh || !store) return replace(change);
      const changedNames = enter(store, change);
      show(change.head, store);
      return [...changedNames];
    },
  };
}

function createStore({ head, total }: ZoneChange): Store {
  const above = head.compat === 'standard' ? new Map<string, number>() : undefined;
  return { entries: [], index: createNameIndex(total), above };
}

/** Stores the entries of a change. Returns the names whose records may have changed; none for a fresh zone, where all may. */
function enter(store: Store, { head, fresh, entryNumbers, entries }: ZoneChange): Set<string> {
  const changedNames = new Set<string>();
  for (const [index, entryNumber] of entryNumbers.entries()) {
    const entry = entries[index] ?? undefined;
    const existing = store.entries[entryNumber];
    if (existing === entry) continue;
    if (existing !== undefined) {
      store.index.remove(entryNumber);
      for (const name of namesOf(head, existing)) countName(store, head, { name, by: -1, changedNames });
    }
    store.entries[entryNumber] = entry;
    if (entry === undefined) continue;
    addToIndex(store.index, head, entryNumber, entry);
    if (fresh && !store.above) continue;
    for (const name of namesOf(head, entry)) countName(store, head, { name, by: 1, changedNames });
  }
  return changedNames;
}

const hashOf = createNameHash();
/** The hashes of one entry, to have each once: the first ones in a list, which is searched faster than a set. */
const hashes: number[] = [];
const moreHashes = new Set<number>();
const LIST_MAX = 30;

const seeHash = (labels: string, suffix: string): void => {
  const hash = hashOf(labels, suffix);
  if (hashes.includes(hash)) return;
  if (hashes.length < LIST_MAX) hashes.push(hash);
  else moreHashes.add(hash);
};

function addToIndex(index: NameIndex, naming: Naming, entryNumber: number, entry: string): void {
  hashes.length = 0;
  moreHashes.clear();
  expandNames(naming, entry, seeHash);
  for (const hash of hashes) index.add(entryNumber, hash);
  for (const hash of moreHashes) index.add(entryNumber, hash);
}

/** All names that an entry has records at. */
function namesOf(naming: Naming, entry: string): ReadonlySet<string> {
  const names = new Set<string>();
  expandNames(
    naming,
    entry,
    (labels, suffix) => void names.add(suffix === '' ? labels : `${labels}.${suffix}`),
  );
  return names;
}

interface NameCount {
  readonly name: string;
  /** One more entry at the name, or one less. */
  readonly by: 1 | -1;
  readonly changedNames: Set<string>;
}

/** Adds a name to those that have changed, and with it those above that come to exist or cease to. */
function countName(store: Store, naming: Naming, { name, by, changedNames }: NameCount): void {
  changedNames.add(name);
  const above = store.above && parentOf(name, naming.domain);
  if (!store.above || above === undefined) return;
  const before = store.above.get(above) ?? 0;
  if (before + by === 0) store.above.delete(above);
  else store.above.set(above, before + by);
  if (before === 0 || before + by === 0) countName(store, naming, { name: above, by, changedNames });
}

/** The name one label above; undefined for the domain and for what does not lie below it. */
export function parentOf(name: string, domain: string): string | undefined {
  if (name.length <= domain.length || !name.endsWith(domain)) return undefined;
  const dot = name.indexOf('.');
  return dot < 0 ? undefined : name.slice(dot + 1);
}

function nodeAt({ entries, index, above }: Store, naming: Naming, name: string): ZoneNode | undefined {
  const values = createNodeValues();
  const sink = collectInto((candidate) => (candidate === name ? values : undefined));
  for (const entryNumber of index.entryNumbers(hashName(name))) {
    const entry = entries[entryNumber];
    if (entry !== undefined) expandEntry(naming, entry, sink);
  }
  if (values.named) return toZoneNode(values);
  return name === naming.domain || above?.has(name) ? NON_TERMINAL : undefined;
}

const NON_TERMINAL: ZoneNode = { a: [], aaaa: [], services: [], named: false };

function* partsOf({ entries }: Store, head: ZoneHead, whole: boolean): Generator<ZoneChange> {
  const { domain, compat, authority } = head;
  for (let from = 0; ; from += PART_ENTRIES) {
    const entryNumbers: number[] = [];
    for (let entryNumber = from; entryNumber < Math.min(from + PART_ENTRIES, entries.length); entryNumber++)
      if (entries[entryNumber] !== undefined) entryNumbers.push(entryNumber);
    const last = from + PART_ENTRIES >= entries.length;
    const contents = {
      entryNumbers,
      entries: entryNumbers.map((entryNumber) => entries[entryNumber] ?? null),
      total: entries.length / 2,
    };
    yield {
      head: { domain, compat, authority },
      fresh: true,
      first: from === 0,
      last: last && whole,
      ...contents,
    };
    if (last) return;
  }
}
