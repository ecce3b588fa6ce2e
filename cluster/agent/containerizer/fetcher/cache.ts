/**
 * The fetcher's cache on disk: files that belong to the agent, in a folder for each user, which no restart outlives.
 *
 * Always true: an entry that is not ready is being downloaded by the fetch that has made it, and others wait for it; a
 * file without an entry is removed.
 */

import { constants, lstatSync, openSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorText } from '../../../model/error-text';
import { makeFolder } from '../../../runtime/files/make-folder';
import type { Logger } from '../../../runtime/log';
import { type CacheEntry, CacheTable, cacheFileName, cacheKey } from './cache-table';
import type { CacheFile, CacheGrant } from './plan';
import { baseName } from './uris';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants;
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
/** The names of files that a cache makes. Nothing else in the folder is removed. */
const CACHED = /^c\d+-/;

/** The use of an entry by one fetch. */
export interface Claim {
  readonly entry: CacheEntry;
  /** True for the fetch that has to download it. */
  readonly isNew: boolean;
}

interface CacheOptions {
  /** The folder of `--fetcher_cache_dir`. */
  readonly folder: string;
  readonly totalBytes: number;
  readonly log: Logger;
}

interface Download {
  readonly ended: Promise<void>;
  readonly tellEnd: () => void;
}

export class FetcherCache {
  private readonly table: CacheTable;
  private readonly downloads = new Map<CacheEntry, Download>();
  private serial = 0;

  constructor(private readonly options: CacheOptions) {
    this.table = new CacheTable(options.totalBytes);
    this.clear();
  }

  get usedBytes(): number {
    return this.table.usedBytes;
  }

  /** Removes the files of an earlier run. */
  private clear(): void {
    const { folder } = this.options;
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (!entry.isDirectory()) this.removeCached(path);
      else for (const file of entriesOf(path)) this.removeCached(join(path, file.name));
    }
  }

  private removeCached(path: string): void {
    if (CACHED.test(basename(path))) this.removeFile(path);
  }

  /** Takes the entry of a URI, or makes one. */
  claim(user: string | undefined, uri: string): Claim {
    const key = cacheKey(user, uri);
    const entry = this.table.get(key);
    if (entry && this.isValid(entry)) {
      entry.references++;
      return { entry, isNew: false };
    }
    if (entry) {
      this.table.remove(entry);
      this.removeFile(entry.path);
    }
    const folder = user === undefined ? this.options.folder : join(this.options.folder, folderName(user));
    const path = join(folder, cacheFileName(++this.serial, baseName(uri.trimStart())));
    const added = this.table.add(key, path);
    this.downloads.set(added, newDownload());
    return { entry: added, isNew: true };
  }

  /** False for a file that somebody has removed or changed. */
  private isValid({ path, bytes, isReady }: CacheEntry): boolean {
    if (!isReady) return true;
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats?.isFile() === true && stats.size === bytes;
  }

  /** Resolves when the downloads of others have ended, and when the signal aborts. */
  async settled(claims: readonly (Claim | undefined)[], signal: AbortSignal): Promise<void> {
    const others = claims.flatMap((claim) => (claim && !claim.isNew ? this.downloadOf(claim) : []));
    if (others.length === 0) return;
    await Promise.race([Promise.all(others), aborted(signal)]);
  }

  private downloadOf({ entry }: Claim): Promise<void> | never[] {
    return this.downloads.get(entry)?.ended ?? [];
  }

  /** Opens the file of a claim; undefined when it has to be fetched without the cache. */
  open({ entry, isNew }: Claim): CacheFile | undefined {
    try {
      const name = basename(entry.path);
      if (!isNew)
        return entry.isReady ? { fd: openSync(entry.path, O_RDONLY | O_NOFOLLOW), name, isNew } : undefined;
      makeFolder(dirname(entry.path), PRIVATE_FOLDER);
      const flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW;
      return { fd: openSync(entry.path, flags, PRIVATE_FILE), name, isNew };
    } catch (error) {
      this.options.log.warn(
        { file: entry.path, error: errorText(error) },
        'a file of the fetcher cache cannot be used',
      );
      return undefined;
    }
  }

  /** Makes room for a download, unless all that would have to go is in use. */
  grant({ entry }: Claim, bytes: number): CacheGrant {
    const victims = this.table.reserve(entry, bytes);
    if (!victims) return { granted: false, reason: 'Could not free up enough fetcher cache space' };
    for (const victim of victims) this.removeFile(victim.path);
    return { granted: true };
  }

  /** A file is complete. One that is larger than was said is used by its fetch alone. */
  complete({ entry }: Claim, bytes: number): void {
    if (bytes > entry.bytes) return;
    entry.bytes = bytes;
    entry.isReady = true;
    this.endDownload(entry);
  }

  /** The fetch of these claims has ended. What it has not completed is removed, and its waiters fetch for themselves. */
  release(claims: readonly (Claim | undefined)[]): void {
    for (const claim of new Set(claims)) {
      if (!claim) continue;
      const { entry, isNew } = claim;
      entry.references--;
      if (!isNew || entry.isReady) continue;
      this.table.remove(entry);
      this.removeFile(entry.path);
      this.endDownload(entry);
    }
  }

  /** The cache has no room for it, or its size is not known: others need not wait. */
  giveUp({ entry }: Claim): void {
    this.table.remove(entry);
    this.endDownload(entry);
  }

  private endDownload(entry: CacheEntry): void {
    this.downloads.get(entry)?.tellEnd();
    this.downloads.delete(entry);
  }

  private removeFile(path: string): void {
    try {
      rmSync(path, { force: true });
    } catch (error) {
      this.options.log.warn({ file: path, error: errorText(error) }, 'a file of the fetcher cache stays');
    }
  }
}

function newDownload(): Download {
  let tellEnd: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    tellEnd = resolve;
  });
  return { ended, tellEnd };
}

/** Resolves when a signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** A name that leads nowhere else. */
function folderName(user: string): string {
  return encodeURIComponent(user).replaceAll('.', '%2E');
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
