/**
 * The table that questions are answered from: what each thing puts in the zone, and which things put something at a name.
 * The records of a name are made when it is looked up.
 *
 * Always true: it shows one moment of the cluster. A fresh zone that comes in parts replaces the old one with its last part.
 */

import type { Naming, Zone, ZoneChange, ZoneHead, ZoneNode } from './book';
import { collectInto, createCollectedNode, toZoneNode } from './gather';
import { createNameHash, createNameIndex, hashName, type NameIndex } from './name-index';
import { expandEntry, expandNames } from './recipe';

/** Names that may have other answers now; none before the last part of a fresh zone. */
export type ChangedNames = 'none' | 'all' | readonly string[];

export interface ZoneTable {
  /** The zone, from the first complete change on. */
  zone(): Zone | undefined;
  /** Takes a change. Tells which names may have other answers now. */
  apply(change: ZoneChange): ChangedNames;
  /** Everything that is here as a fresh zone in parts, and after it the beginning of the next one when that is on its way. */
  parts(): Iterable<ZoneChange>;
  /** Number of names that have something of their own. */
  size(): number;
}

/** Things in one part of a fresh zone: each part is handled by the answering thread in a moment. */
export const PART_ENTRIES = 400;

interface Store {
  readonly entries: (string | undefined)[];
  readonly index: NameIndex;
  /**
   * Number of names one label below a name; only the standards ask for it. Only the standards ask for
   * these.
   */
  readonly above: Map<string, number> | undefined;
}

export function createTable(): ZoneTable {
  let store: Store | undefined;
  let growing: { readonly store: Store; readonly head: ZoneHead } | undefined;
  let zone: Zone | undefined;
  const show = (head: ZoneHead, from: Store): void => {
    zone = { ...head, node: (name) => nodeAt(from, head, name) };
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

/** Writes a change down. Gives the names it touches; none for a fresh zone, where all are. */
function enter(store: Store, { head, fresh, entryNumbers, entries }: ZoneChange): Set<string> {
  const changedNames = new Set<string>();
  for (const [index, entryNumber] of entryNumbers.entries()) {
    const entry = entries[index] ?? undefined;
    const held = store.entries[entryNumber];
    if (held === entry) continue;
    if (held !== undefined) {
      store.index.remove(entryNumber);
      for (const name of namesOf(head, held)) countName(store, head, { name, by: -1, changedNames });
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
/** The hashes of one thing, to have each once: the first ones in a list, which is searched faster than a set. */
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

/** All names that a thing puts something at. */
function namesOf(naming: Naming, entry: string): ReadonlySet<string> {
  const names = new Set<string>();
  expandNames(
    naming,
    entry,
    (labels, suffix) => void names.add(suffix === '' ? labels : `${labels}.${suffix}`),
  );
  return names;
}

interface Touch {
  readonly name: string;
  /** One more thing at the name, or one less. */
  readonly by: 1 | -1;
  readonly changedNames: Set<string>;
}

/** Notes that a name is touched, and with it those above that come to exist or cease to. */
function countName(store: Store, naming: Naming, { name, by, changedNames }: Touch): void {
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
  const collected = createCollectedNode();
  const sink = collectInto((candidate) => (candidate === name ? collected : undefined));
  for (const entryNumber of index.entryNumbers(hashName(name))) {
    const entry = entries[entryNumber];
    if (entry !== undefined) expandEntry(naming, entry, sink);
  }
  if (collected.named) return toZoneNode(collected);
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
    const told = {
      entryNumbers,
      entries: entryNumbers.map((entryNumber) => entries[entryNumber] ?? null),
      total: entries.length / 2,
    };
    yield {
      head: { domain, compat, authority },
      fresh: true,
      first: from === 0,
      last: last && whole,
      ...told,
    };
    if (last) return;
  }
}
