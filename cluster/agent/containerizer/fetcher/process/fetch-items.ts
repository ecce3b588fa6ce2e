/**
 * Fetches the URIs of a plan one after the other, with the lines of the original's fetcher in the sandbox (Mesos 1.11
 * src/launcher/fetcher.cpp).
 */

import { fstatSync, ftruncateSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorText } from '../../../../model/error-text';
import { printDuration } from '../../../../model/time';
import type { CacheFile, CacheGrant, FetchItem, FetchPlan, FetchReport } from '../plan';
import { baseName, isArchive, isPackedFile, targetOf } from '../uris';
import { extract } from './archive';
import { info, warn } from './glog';
import { copyFromHadoop } from './hadoop';
import { openLocal } from './local-source';
import { bytesOf, withOpen } from './open-file';
import type { SandboxFiles } from './sandbox-files';
import type { Source } from './source';
import { type SourceSurroundings, Sources } from './sources';

const DOWNLOAD_ERROR = 'Error downloading resource';

export interface FetchSurroundings extends SourceSurroundings {
  readonly files: SandboxFiles;
  readonly report: (report: FetchReport) => void;
  /** Asks for the size of a file in the cache. */
  readonly ask: (item: number, bytes: number) => Promise<CacheGrant>;
}

/** Rejects with the reason of the first URI that cannot be fetched, by its name. */
export async function fetchItems(plan: FetchPlan, surroundings: FetchSurroundings): Promise<void> {
  const fetcher = new ItemFetcher(plan, surroundings);
  for (const [index, item] of plan.items.entries()) {
    try {
      const target = await fetcher.fetch(index, item);
      info(`Fetched '${item.uri}' to '${target}'`);
    } catch (error) {
      surroundings.signal.throwIfAborted();
      throw new Error(`Failed to fetch '${item.uri}': ${errorText(error)}`);
    }
  }
  info(`Successfully fetched all URIs into '${plan.sandbox}'`);
}

class ItemFetcher {
  /** Open files of the cache that are not filled, since it has no room for them. */
  private readonly unfilled = new Set<number>();
  private readonly sources: Sources;

  constructor(
    private readonly plan: FetchPlan,
    private readonly surroundings: FetchSurroundings,
  ) {
    this.sources = new Sources(plan, surroundings);
  }

  /** Fetches one URI; the path of what was made. */
  async fetch(index: number, item: FetchItem): Promise<string> {
    info(`Fetching URI '${item.uri}'`);
    const { cache } = item;
    if (cache?.isNew && !(await this.isFilled(index, item, cache))) this.unfilled.add(cache.fd);
    if (!cache || this.unfilled.has(cache.fd)) return await this.fetchDirectly(item);
    return await this.fetchFromCache(item, cache);
  }

  private async fetchDirectly(item: FetchItem): Promise<string> {
    info(`Fetching '${item.uri}' directly into the sandbox directory`);
    const path = await this.download(item, nameOf(item));
    if (item.executable) await this.files.makeExecutable(path);
    else if (item.extract) {
      const isExtracted = await withOpen(path, (fd) => this.extract({ fd, name: path }));
      if (!isExtracted) this.warnNoArchive(item);
    }
    return this.inSandbox(path);
  }

  /** From the cache an archive is extracted without a copy of it in the sandbox. */
  private async fetchFromCache(item: FetchItem, { fd }: CacheFile): Promise<string> {
    info(`Fetching URI '${item.uri}' from cache`);
    if (item.extract && !item.executable) {
      const names = [baseName(item.uri), nameOf(item)];
      const name = names.find((candidate) => isArchive(candidate) || isPackedFile(candidate));
      if (name !== undefined && (await this.extract({ fd, name }))) return this.plan.sandbox;
      this.warnNoArchive(item);
    }
    const path = await this.files.write(nameOf(item), bytesOf(fd));
    if (item.executable) await this.files.makeExecutable(path);
    return this.inSandbox(path);
  }

  private warnNoArchive({ uri }: FetchItem): void {
    warn(
      "Copying instead of extracting resource from URI with 'extract' flag, " +
        `because it does not seem to be an archive: ${uri}`,
    );
  }

  private async extract(archive: { readonly fd: number; readonly name: string }): Promise<boolean> {
    const isExtracted = await extract(archive, this.files);
    if (isExtracted) info(`Extracted '${this.inSandbox(archive.name)}' into '${this.plan.sandbox}'`);
    return isExtracted;
  }

  /** Downloads into the sandbox; the path below it. */
  private async download(item: FetchItem, name: string): Promise<string> {
    if (this.sources.isOfHadoop(item)) return await this.copyFromHadoop(item.uri, name);
    return await this.withSource(item, this.inSandbox(name), (bytes) => this.files.write(name, bytes));
  }

  private async withSource<T>(
    item: FetchItem,
    target: string,
    use: (bytes: AsyncIterable<Uint8Array>) => Promise<T>,
  ): Promise<T> {
    let source: Source | undefined;
    try {
      this.tellSource(item, target);
      source = await this.sources.open(item);
      return await use(source.bytes);
    } catch (error) {
      const text = this.textOf(error);
      if (error instanceof CacheUnusable) throw error;
      const isTold = this.sources.localPath(item) !== undefined || text.startsWith(DOWNLOAD_ERROR);
      throw isTold ? error : new Error(`${DOWNLOAD_ERROR}: ${text}`);
    } finally {
      source?.close();
    }
  }

  private textOf(error: unknown): string {
    // One of several addresses tells why: the error of them all says nothing.
    const all = error instanceof AggregateError ? error.errors : [];
    const text = errorText(error) || all.map(errorText).join(', ');
    const stalled = `no byte came within ${printDuration(this.plan.stallMs)}, the bound of --fetcher_stall_timeout`;
    return /timeout/i.test(text) ? `${text}: ${stalled}` : text;
  }

  private tellSource(item: FetchItem, target: string): void {
    const path = this.sources.localPath(item);
    const text =
      path === undefined
        ? `Downloading resource from '${item.uri.trimStart()}'`
        : `Copying resource from '${path}'`;
    info(`${text} to '${target}'`);
  }

  /** The client writes into a folder of its own, where it can be watched. */
  private async copyFromHadoop(uri: string, name: string): Promise<string> {
    info(`Downloading resource with Hadoop client from '${uri}' to '${this.inSandbox(name)}'`);
    const folder = await mkdtemp('.fetch-');
    try {
      const { budget } = this.files;
      const target = {
        folder: join(this.plan.sandbox, folder),
        name: basename(name),
        bytesMax: budget.bytesLeft,
      };
      await copyFromHadoop(uri.trimStart(), target, {
        hadoop: this.plan.hadoop,
        signal: this.surroundings.signal,
      });
      const source = await openLocal(join(folder, basename(name)));
      budget.addBytes(source.size);
      source.close();
      const place = await this.files.reserve(name);
      await rename(join(folder, basename(name)), place);
      return place;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** False when the cache has no room for it, or its size is not to be learned: it is fetched without the cache then. */
  private async isFilled(index: number, item: FetchItem, cache: CacheFile): Promise<boolean> {
    const { report } = this.surroundings;
    try {
      await this.fillCache(item, cache, await this.grantedBytes(index, item));
    } catch (error) {
      if (!(error instanceof CacheUnusable)) throw error;
      ftruncateSync(cache.fd, 0);
      report({ kind: 'uncached', item: index, reason: error.message });
      warn(
        `Reverting to fetching directly into the sandbox for '${item.uri}', ` +
          `due to failure to fetch through the cache, with error: ${error.message}`,
      );
      return false;
    }
    report({ kind: 'cached', item: index, bytes: fstatSync(cache.fd).size });
    return true;
  }

  /** Rejects with a CacheUnusable. */
  private async grantedBytes(index: number, item: FetchItem): Promise<number> {
    try {
      const bytes = await this.sources.sizeOf(item);
      const grant = await this.surroundings.ask(index, bytes);
      if (grant.granted) return bytes;
      throw new Error(`Failed to reserve space in the cache: ${grant.reason}`);
    } catch (error) {
      throw new CacheUnusable(errorText(error));
    }
  }

  private async fillCache(item: FetchItem, { fd, name }: CacheFile, bytesMax: number): Promise<void> {
    const fill = (bytes: AsyncIterable<Uint8Array>): Promise<void> =>
      this.files.copyTo(fd, atMost(bytes, bytesMax));
    if (!this.sources.isOfHadoop(item)) return await this.withSource(item, name, fill);
    const path = await this.copyFromHadoop(item.uri, name);
    try {
      await withOpen(path, (opened) => fill(bytesOf(opened)));
    } finally {
      await this.files.remove(path);
    }
  }

  private get files(): SandboxFiles {
    return this.surroundings.files;
  }

  private inSandbox(path: string): string {
    return join(this.plan.sandbox, path);
  }
}

/** The cache does not take a file, which is fetched without it. */
class CacheUnusable extends Error {}

/** The bytes of a file in the cache, which has room for those alone that were granted. */
async function* atMost(bytes: AsyncIterable<Uint8Array>, bytesMax: number): AsyncGenerator<Uint8Array> {
  let received = 0;
  for await (const chunk of bytes) {
    received += chunk.length;
    if (received > bytesMax)
      throw new CacheUnusable(
        `Failed to fill the cache: it is larger than the ${bytesMax} bytes that were told`,
      );
    yield chunk;
  }
}

function nameOf({ uri, outputFile }: FetchItem): string {
  return targetOf({ value: uri, output_file: outputFile });
}
