/**
 * The things that have records at a name: an index from the hash of a name to the numbers of things.
 *
 * It keeps numbers in flat arrays and no texts, since there are several names for each task; who looks a name up checks
 * with the things themselves, as two names may have one hash.
 * Always true: adding and removing costs what it is about, however many things share a name.
 */

export interface NameIndex {
  /** Adds a thing under a hash; once for each of the thing's hashes. */
  add(thing: number, hash: number): void;
  /** Removes a thing from all its hashes. */
  remove(thing: number): void;
  /** The things under a hash, in the order they were added. */
  things(hash: number): number[];
  /** Number of different hashes. */
  size(): number;
}

/** No entry. Arrays are full of it when they are made, so that room which is not used costs nothing. */
const NONE = 0;
/** Stands in `below` of an entry that is not the first of its hash, or is not used. */
const FOLLOWS = -1;
const START = 1024;
/** Names of one thing, about. */
const NAMES = 9;

/** One column for each thing that is known of an entry. */
interface Entries {
  readonly hash: Int32Array;
  readonly thing: Int32Array;
  /** The next entry of the same thing. */
  readonly sibling: Int32Array;
  /** Rings of entries with the same hash. */
  readonly after: Int32Array;
  readonly before: Int32Array;
  /** The next hash in the same bucket. */
  readonly below: Int32Array;
}

/** A hash of a name (FNV-1a from the end to the beginning, its bits mixed once more). */
export function hashName(name: string): number {
  return mixed(goOn(EMPTY, name));
}

/** The same hash, of names in two parts: labels and, unless it is empty, what many names end in. */
export function createNameHash(): (labels: string, suffix: string) => number {
  // A cluster has two endings for each framework.
  const begunHashes = new Map<string, number>();
  return (labels, suffix) => {
    if (suffix === '') return hashName(labels);
    let begun = begunHashes.get(suffix);
    if (begun === undefined) {
      if (begunHashes.size >= KNOWN_MAX) begunHashes.clear();
      begun = goOn(goOn(EMPTY, suffix), '.');
      begunHashes.set(suffix, begun);
    }
    return mixed(goOn(begun, labels));
  };
}

const EMPTY = 0x811c9dc5 | 0;
const KNOWN_MAX = 5000;

function goOn(begun: number, text: string): number {
  let hash = begun;
  for (let index = text.length - 1; index >= 0; index--)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}

function mixed(unmixed: number): number {
  const hash = Math.imul(unmixed ^ (unmixed >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

interface Index {
  entries: Entries;
  /** The first hash of each bucket. */
  buckets: Int32Array;
  /** The first entry of each thing. */
  firsts: Int32Array;
  /** Entries that were used before, chained by `sibling`. */
  free: number;
  used: number;
  hashes: number;
}

/** An index with room for so many things; it grows when there are more. */
export function createNameIndex(things = 0): NameIndex {
  const room = Math.max(START, things * NAMES);
  const index: Index = {
    entries: entriesOf(room),
    buckets: new Int32Array(2 ** Math.ceil(Math.log2(room))),
    firsts: new Int32Array(Math.max(START, things)),
    // The first entry has number 1.
    ...{ free: NONE, used: 1, hashes: 0 },
  };
  return {
    add: (thing, hash) => add(index, thing, hash),
    remove: (thing) => remove(index, thing),
    things: (hash) => thingsAt(index, hash),
    size: () => index.hashes,
  };
}

function add(index: Index, thing: number, hash: number): void {
  const entry = takeEntry(index);
  if (thing >= index.firsts.length) index.firsts = longer(index.firsts, thing + 1);
  const { entries, firsts } = index;
  entries.hash[entry] = hash;
  entries.thing[entry] = thing;
  entries.sibling[entry] = firsts[thing] ?? NONE;
  firsts[thing] = entry;
  const first = find(index, hash);
  if (first === NONE) {
    entries.after[entry] = entry;
    entries.before[entry] = entry;
    enterBucket(index, entry);
    if (++index.hashes > index.buckets.length) spread(index);
    return;
  }
  const last = entries.before[first] ?? NONE;
  entries.after[last] = entry;
  entries.before[entry] = last;
  entries.after[entry] = first;
  entries.before[first] = entry;
  entries.below[entry] = FOLLOWS;
}

function remove(index: Index, thing: number): void {
  const { entries, firsts } = index;
  for (let entry = firsts[thing] ?? NONE; entry !== NONE; ) {
    const next = entries.sibling[entry] ?? NONE;
    unlink(index, entry);
    entries.below[entry] = FOLLOWS;
    entries.sibling[entry] = index.free;
    index.free = entry;
    entry = next;
  }
  if (thing < firsts.length) firsts[thing] = NONE;
}

function unlink(index: Index, entry: number): void {
  const { entries } = index;
  const [after, before] = [entries.after[entry] ?? NONE, entries.before[entry] ?? NONE];
  if (entries.below[entry] !== FOLLOWS) {
    const alone = after === entry;
    // The next one of the ring stands for the hash from now on.
    if (!alone) entries.below[after] = entries.below[entry] ?? NONE;
    replaceInBucket(index, entry, alone ? (entries.below[entry] ?? NONE) : after);
    if (alone) index.hashes--;
  }
  entries.after[before] = after;
  entries.before[after] = before;
}

function thingsAt(index: Index, hash: number): number[] {
  const { entries } = index;
  const things: number[] = [];
  const first = find(index, hash);
  if (first === NONE) return things;
  let entry = first;
  do {
    things.push(entries.thing[entry] ?? NONE);
    entry = entries.after[entry] ?? first;
  } while (entry !== first);
  return things;
}

/** The entry that stands for a hash. */
function find({ entries, buckets }: Index, hash: number): number {
  let entry = buckets[hash & (buckets.length - 1)] ?? NONE;
  while (entry !== NONE && entries.hash[entry] !== hash) entry = entries.below[entry] ?? NONE;
  return entry;
}

function enterBucket({ entries, buckets }: Index, entry: number): void {
  const bucket = (entries.hash[entry] ?? 0) & (buckets.length - 1);
  entries.below[entry] = buckets[bucket] ?? NONE;
  buckets[bucket] = entry;
}

function replaceInBucket({ entries, buckets }: Index, entry: number, by: number): void {
  const bucket = (entries.hash[entry] ?? 0) & (buckets.length - 1);
  let slot = buckets[bucket] ?? NONE;
  if (slot === entry) {
    buckets[bucket] = by;
    return;
  }
  while (slot !== NONE && entries.below[slot] !== entry) slot = entries.below[slot] ?? NONE;
  entries.below[slot] = by;
}

function takeEntry(index: Index): number {
  const { free } = index;
  if (free !== NONE) {
    index.free = index.entries.sibling[free] ?? NONE;
    return free;
  }
  const room = index.entries.hash.length;
  if (index.used === room) index.entries = grown(index.entries, room + (room >> 1));
  return index.used++;
}

/** Twice as many buckets. */
function spread(index: Index): void {
  index.buckets = new Int32Array(index.buckets.length * 2);
  const { below } = index.entries;
  for (let entry = 1; entry < index.used; entry++) if (below[entry] !== FOLLOWS) enterBucket(index, entry);
}

function entriesOf(room: number): Entries {
  const column = (): Int32Array => new Int32Array(room);
  return {
    ...{ hash: column(), thing: column(), sibling: column() },
    ...{ after: column(), before: column(), below: column() },
  };
}

function grown(entries: Entries, room: number): Entries {
  const column = (held: Int32Array): Int32Array => {
    const next = new Int32Array(room);
    next.set(held);
    return next;
  };
  return {
    hash: column(entries.hash),
    thing: column(entries.thing),
    sibling: column(entries.sibling),
    after: column(entries.after),
    before: column(entries.before),
    below: column(entries.below),
  };
}

function longer(held: Int32Array, room: number): Int32Array {
  const next = new Int32Array(Math.max(room, held.length * 2));
  next.set(held);
  return next;
}
