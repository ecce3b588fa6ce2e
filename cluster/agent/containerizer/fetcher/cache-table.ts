/**
 * The table of the fetcher's cache: what is in it, who uses it, and what has to go for something new (Mesos 1.11
 * src/slave/containerizer/fetcher.cpp, FetcherProcess::Cache).
 *
 * Always true: entries that somebody uses are not evicted; the reserved bytes never exceed the size of the cache.
 */

/** One file of the cache. */
export interface CacheEntry {
  readonly key: string;
  readonly path: string;
  /** The bytes that are reserved for it; 0 before its size is known. */
  bytes: number;
  /** Fetches that use it. */
  references: number;
  /** False while it is downloaded. */
  isReady: boolean;
}

/** The key of a URI: users do not see each other's files. */
export function cacheKey(user: string | undefined, uri: string): string {
  return user === undefined ? uri : `${user}@${uri}`;
}

/** The name of a file of the cache: a number, and as much of the URI's name as tells an operator what it is. */
export function cacheFileName(serial: number, name: string): string {
  const short = name.length > 20 ? `${name.slice(0, 10)}_${name.slice(-10)}` : name;
  return `c${serial}-${short}`;
}

export class CacheTable {
  /** In the order of their last use. */
  private readonly entries = new Map<string, CacheEntry>();

  constructor(readonly totalBytes: number) {}

  get usedBytes(): number {
    return [...this.entries.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The entry of a key, which is the last one used from now on. */
  get(key: string): CacheEntry | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry;
  }

  /** Adds an entry that is to be downloaded, with one reference. */
  add(key: string, path: string): CacheEntry {
    const entry: CacheEntry = { key, path, bytes: 0, references: 1, isReady: false };
    this.entries.set(key, entry);
    return entry;
  }

  /** Takes an entry out. One that replaced it stays. */
  remove(entry: CacheEntry): void {
    if (this.entries.get(entry.key) === entry) this.entries.delete(entry.key);
    entry.bytes = 0;
  }

  /** Reserves room for an entry. The entries that have to go for it, which are out already; undefined without room. */
  reserve(entry: CacheEntry, bytes: number): readonly CacheEntry[] | undefined {
    let missing = this.usedBytes + bytes - this.totalBytes;
    const victims: CacheEntry[] = [];
    for (const candidate of this.entries.values()) {
      if (missing <= 0) break;
      if (candidate.references > 0) continue;
      victims.push(candidate);
      missing -= candidate.bytes;
    }
    if (missing > 0) return undefined;
    for (const victim of victims) this.remove(victim);
    entry.bytes = bytes;
    return victims;
  }
}
