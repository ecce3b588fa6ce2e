/**
 * Fetches the URIs of a plan one after the other, with the lines of the original's fetcher in the sandbox (Mesos 1.11
 * src/launcher/fetcher.cpp).
 */

import { fstatSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorText } from '../../../../model/error-text';
import { printDuration } from '../../../../model/time';
import type { CacheFile, CacheGrant, FetchItem, FetchPlan, FetchReport } from '../plan';
import { baseName, isArchive, isPackedFile, localPath, sourceKind, targetOf } from '../uris';
import { extract } from './archive';
import { openFtp } from './ftp-source';
import { info, warn } from './glog';
import { copyFromHadoop, hadoopSize } from './hadoop';
import { httpSize, openHttp } from './http-source';
import { openLocal } from './local-source';
import { bytesOf, withOpen } from './open-file';
import type { SandboxFiles } from './sandbox-files';
import type { Source } from './source';

const DOWNLOAD_ERROR = 'Error downloading resource';

export interface FetchSurroundings {
  readonly files: SandboxFiles;
  readonly signal: AbortSignal;
  readonly environment: NodeJS.ProcessEnv;
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

  constructor(
    private readonly plan: FetchPlan,
    private readonly surroundings: FetchSurroundings,
  ) {}

  /** Fetches one URI; the path of what was made. */
  async fetch(index: number, item: FetchItem): Promise<string> {
    info(`Fetching URI '${item.uri}'`);
    const { cache } = item;
    if (cache?.isNew && !(await this.isGranted(index, item))) this.unfilled.add(cache.fd);
    if (!cache || this.unfilled.has(cache.fd)) return await this.fetchDirectly(item);
    if (cache.isNew) await this.fillCache(index, item, cache);
    return await this.fetchFromCache(item, cache);
  }

  private async fetchDirectly(item: FetchItem): Promise<string> {
    info(`Fetching '${item.uri}' directly into the sandbox directory`);
    const path = await this.download(item.uri, nameOf(item));
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
  private async download(uri: string, name: string): Promise<string> {
    if (sourceKind(uri) === 'hadoop') return await this.copyFromHadoop(uri, name);
    return await this.withSource(uri, this.inSandbox(name), (bytes) => this.files.write(name, bytes));
  }

  private async withSource<T>(
    uri: string,
    target: string,
    use: (bytes: AsyncIterable<Uint8Array>) => Promise<T>,
  ): Promise<T> {
    let source: Source | undefined;
    try {
      source = await this.open(uri.trimStart(), target);
      return await use(source.bytes);
    } catch (error) {
      const text = this.textOf(error);
      const isTold = sourceKind(uri) === 'local' || text.startsWith(DOWNLOAD_ERROR);
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

  private async open(uri: string, target: string): Promise<Source> {
    const path = localPath(uri, this.plan.frameworksHome);
    if (path !== undefined) {
      info(`Copying resource from '${path}' to '${target}'`);
      return await openLocal(path);
    }
    info(`Downloading resource from '${uri}' to '${target}'`);
    const { signal, environment } = this.surroundings;
    const { stallMs, schemes } = this.plan;
    const options = { stallMs, schemes, signal, environment };
    return sourceKind(uri) === 'ftp' ? await openFtp(uri, options) : await openHttp(uri, options);
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

  /** True when the cache has room for it; everything else is fetched without the cache. */
  private async isGranted(index: number, item: FetchItem): Promise<boolean> {
    const { ask, report } = this.surroundings;
    try {
      const grant = await ask(index, await this.sizeOf(item.uri.trimStart()));
      if (grant.granted) return true;
      throw new Error(`Failed to reserve space in the cache: ${grant.reason}`);
    } catch (error) {
      const reason = errorText(error);
      report({ kind: 'uncached', item: index, reason });
      warn(
        `Reverting to fetching directly into the sandbox for '${item.uri}', ` +
          `due to failure to fetch through the cache, with error: ${reason}`,
      );
      return false;
    }
  }

  private async sizeOf(uri: string): Promise<number> {
    const path = localPath(uri, this.plan.frameworksHome);
    const { signal, environment } = this.surroundings;
    if (path !== undefined) {
      const source = await openLocal(path);
      source.close();
      return source.size;
    }
    const { stallMs, schemes, hadoop } = this.plan;
    const kind = sourceKind(uri);
    if (kind === 'http') return await httpSize(uri, { stallMs, schemes, signal, environment });
    if (kind === 'ftp') throw new Error('the size of a file is not asked for over FTP');
    return await hadoopSize(uri, { hadoop, signal });
  }

  private async fillCache(index: number, { uri }: FetchItem, { fd, name }: CacheFile): Promise<void> {
    if (sourceKind(uri) === 'hadoop') {
      const path = await this.copyFromHadoop(uri, name);
      await withOpen(path, (opened) => this.files.copyTo(fd, bytesOf(opened)));
      await this.files.remove(path);
    } else await this.withSource(uri, name, (bytes) => this.files.copyTo(fd, bytes));
    this.surroundings.report({ kind: 'cached', item: index, bytes: fstatSync(fd).size });
  }

  private get files(): SandboxFiles {
    return this.surroundings.files;
  }

  private inSandbox(path: string): string {
    return join(this.plan.sandbox, path);
  }
}

function nameOf({ uri, outputFile }: FetchItem): string {
  return targetOf({ value: uri, output_file: outputFile });
}
