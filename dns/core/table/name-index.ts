/**
 * The index of names: from the hash of a name to the numbers of the entries that have records there.
 *
 * It keeps numbers in flat arrays and no texts, since there are several names for each task. A look-up is checked
 * against the entries themselves, as two names may have one hash.
 * Always true: the cost of adding or removing an entry depends on the number of its names, not on the number of entries
 * that share a name.
 */

export interface NameIndex {
  /** Adds an entry under a hash; once for each of the entry's hashes. */
  add(entryNumber: number, hash: number): void;
  /** Removes an entry from all its hashes. */
  remove(entryNumber: number): void;
  /** The entries under a hash, in the order in which they were added. */
  entryNumbers(hash: number): number[];
  /** Number of different hashes. */
  size(): number;
}

/** No link. It is 0, which new arrays are filled with, so that unused pages of them take no memory. */
const NONE = 0;
/** The value of `below` for a link that is not the first of its hash, or is not used. */
const FOLLOWS = -1;
const START = 1024;
/** The approximate number of names of one entry. */
const NAMES_PER_ENTRY = 9;

/** The links between hashes and entries: one link is a row, each of its values has a column. */
interface Links {
  readonly hash: Int32Array;
  readonly entryNumber: Int32Array;
  /** The next link of the same entry. */
  readonly sibling: Int32Array;
  /** Rings of links with the same hash. */
  readonly after: Int32Array;
  readonly before: Int32Array;
  /** The first link of the next hash in the same bucket. */
  readonly below: Int32Array;
}

/** A hash of a name (FNV-1a from the end to the beginning, its bits mixed once more). */
export function hashName(name: string): number {
  return mixBits(extendHash(EMPTY, name));
}

/** The same hash, of names in two parts: labels and, unless it is empty, what many names end in. */
export function createNameHash(): (labels: string, suffix: string) => number {
  // A cluster has two suffixes for each framework.
  const suffixHashes = new Map<string, number>();
  return (labels, suffix) => {
    if (suffix === '') return hashName(labels);
    let begun = suffixHashes.get(suffix);
    if (begun === undefined) {
      if (suffixHashes.size >= SUFFIXES_MAX) suffixHashes.clear();
      begun = extendHash(extendHash(EMPTY, suffix), '.');
      suffixHashes.set(suffix, begun);
    }
    return mixBits(extendHash(begun, labels));
  };
}

const EMPTY = 0x811c9dc5 | 0;
const SUFFIXES_MAX = 5000;

/** Continues a hash with a text, from its end to its beginning. */
function extendHash(begun: number, text: string): number {
  let hash = begun;
  for (let index = text.length - 1; index >= 0; index--)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}

/** Spreads the bits of a hash, since buckets are chosen by its lowest ones. */
function mixBits(unmixed: number): number {
  const hash = Math.imul(unmixed ^ (unmixed >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

interface Index {
  links: Links;
  /** The first link of each bucket. */
  buckets: Int32Array;
  /** The first link of each entry. */
  firsts: Int32Array;
  /** The first of the links that were used before, which are chained by `sibling`. */
  free: number;
  used: number;
  hashes: number;
}

/** An index with room for so many entries; it grows when there are more. */
export function createNameIndex(entriesExpected = 0): NameIndex {
  const room = Math.max(START, entriesExpected * NAMES_PER_ENTRY);
  const index: Index = {
    links: createLinks(room),
    buckets: new Int32Array(2 ** Math.ceil(Math.log2(room))),
    firsts: new Int32Array(Math.max(START, entriesExpected)),
    free: NONE,
    // The first link has number 1.
    used: 1,
    hashes: 0,
  };
  return {
    add: (entryNumber, hash) => add(index, entryNumber, hash),
    remove: (entryNumber) => remove(index, entryNumber),
    entryNumbers: (hash) => numbersAt(index, hash),
    size: () => index.hashes,
  };
}

function add(index: Index, entryNumber: number, hash: number): void {
  const link = takeLink(index);
  if (entryNumber >= index.firsts.length) index.firsts = longer(index.firsts, entryNumber + 1);
  const { links, firsts } = index;
  links.hash[link] = hash;
  links.entryNumber[link] = entryNumber;
  links.sibling[link] = firsts[entryNumber] ?? NONE;
  firsts[entryNumber] = link;
  const first = find(index, hash);
  if (first === NONE) {
    links.after[link] = link;
    links.before[link] = link;
    enterBucket(index, link);
    if (++index.hashes > index.buckets.length) addBuckets(index);
    return;
  }
  const last = links.before[first] ?? NONE;
  links.after[last] = link;
  links.before[link] = last;
  links.after[link] = first;
  links.before[first] = link;
  links.below[link] = FOLLOWS;
}

function remove(index: Index, entryNumber: number): void {
  const { links, firsts } = index;
  for (let link = firsts[entryNumber] ?? NONE; link !== NONE; ) {
    const next = links.sibling[link] ?? NONE;
    unlink(index, link);
    links.below[link] = FOLLOWS;
    links.sibling[link] = index.free;
    index.free = link;
    link = next;
  }
  if (entryNumber < firsts.length) firsts[entryNumber] = NONE;
}

function unlink(index: Index, link: number): void {
  const { links } = index;
  const after = links.after[link] ?? NONE;
  const before = links.before[link] ?? NONE;
  if (links.below[link] !== FOLLOWS) {
    const alone = after === link;
    // The next link of the ring represents the hash from now on.
    if (!alone) links.below[after] = links.below[link] ?? NONE;
    replaceInBucket(index, link, alone ? (links.below[link] ?? NONE) : after);
    if (alone) index.hashes--;
  }
  links.after[before] = after;
  links.before[after] = before;
}

function numbersAt(index: Index, hash: number): number[] {
  const { links } = index;
  const entryNumbers: number[] = [];
  const first = find(index, hash);
  if (first === NONE) return entryNumbers;
  let link = first;
  do {
    entryNumbers.push(links.entryNumber[link] ?? NONE);
    link = links.after[link] ?? first;
  } while (link !== first);
  return entryNumbers;
}

/** The first link of a hash. */
function find({ links, buckets }: Index, hash: number): number {
  let link = buckets[hash & (buckets.length - 1)] ?? NONE;
  while (link !== NONE && links.hash[link] !== hash) link = links.below[link] ?? NONE;
  return link;
}

function enterBucket({ links, buckets }: Index, link: number): void {
  const bucket = (links.hash[link] ?? 0) & (buckets.length - 1);
  links.below[link] = buckets[bucket] ?? NONE;
  buckets[bucket] = link;
}

function replaceInBucket({ links, buckets }: Index, link: number, by: number): void {
  const bucket = (links.hash[link] ?? 0) & (buckets.length - 1);
  let above = buckets[bucket] ?? NONE;
  if (above === link) {
    buckets[bucket] = by;
    return;
  }
  while (above !== NONE && links.below[above] !== link) above = links.below[above] ?? NONE;
  links.below[above] = by;
}

function takeLink(index: Index): number {
  const { free } = index;
  if (free !== NONE) {
    index.free = index.links.sibling[free] ?? NONE;
    return free;
  }
  const room = index.links.hash.length;
  if (index.used === room) index.links = grown(index.links, room + (room >> 1));
  return index.used++;
}

/** Doubles the number of buckets. */
function addBuckets(index: Index): void {
  index.buckets = new Int32Array(index.buckets.length * 2);
  const { below } = index.links;
  for (let link = 1; link < index.used; link++) if (below[link] !== FOLLOWS) enterBucket(index, link);
}

function createLinks(room: number): Links {
  const column = (): Int32Array => new Int32Array(room);
  return {
    hash: column(),
    entryNumber: column(),
    sibling: column(),
    after: column(),
    before: column(),
    below: column(),
  };
}

function grown(links: Links, room: number): Links {
  const grow = (column: Int32Array): Int32Array => {
    const next = new Int32Array(room);
    next.set(column);
    return next;
  };
  return {
    hash: grow(links.hash),
    entryNumber: grow(links.entryNumber),
    sibling: grow(links.sibling),
    after: grow(links.after),
    before: grow(links.before),
    below: grow(links.below),
  };
}

function longer(column: Int32Array, room: number): Int32Array {
  const next = new Int32Array(Math.max(room, column.length * 2));
  next.set(column);
  return next;
}
