/**
 * The sources of a fetch by its items: which part fetches each, how it is opened, and how large it is.
 */

import type { FetchItem, FetchPlan } from '../plan';
import { localPath, sourceKind } from '../uris';
import { openFtp } from './ftp-source';
import { hadoopSize } from './hadoop';
import { httpSize, openHttp } from './http-source';
import { openLocal } from './local-source';
import { objectSize, openObject } from './s3-source';
import { fastEnough, type Source, type SourceOptions } from './source';

export interface SourceSurroundings {
  readonly signal: AbortSignal;
  readonly environment: NodeJS.ProcessEnv;
  /** Undefined for those of the machine. */
  readonly authorities: readonly string[] | undefined;
}

export class Sources {
  constructor(
    private readonly plan: FetchPlan,
    private readonly surroundings: SourceSurroundings,
  ) {}

  /** The path of a file of this machine; undefined for what is elsewhere. */
  localPath({ uri }: FetchItem): string | undefined {
    return localPath(uri, this.plan.frameworksHome);
  }

  /** True for what the Hadoop client fetches, which writes files itself. */
  isOfHadoop({ uri, links }: FetchItem): boolean {
    const kind = sourceKind(uri);
    return kind === 'hadoop' || (kind === 's3' && links === undefined);
  }

  /** Opens what is not the Hadoop client's. */
  async open(item: FetchItem): Promise<Source> {
    const path = this.localPath(item);
    if (path !== undefined) return await openLocal(path);
    const source = await this.openDownload(item);
    return { ...source, bytes: fastEnough(source.bytes, this.plan.stallMs) };
  }

  private async openDownload({ uri, links }: FetchItem): Promise<Source> {
    const options = this.options();
    if (links) return await openObject(links.get, options);
    const url = uri.trimStart();
    return sourceKind(uri) === 'ftp' ? await openFtp(url, options) : await openHttp(url, options);
  }

  /** The size before a download. Rejects when it is not to be learned. */
  async sizeOf(item: FetchItem): Promise<number> {
    const path = this.localPath(item);
    if (path !== undefined) {
      const source = await openLocal(path);
      source.close();
      return source.size;
    }
    const { uri, links } = item;
    const { hadoop } = this.plan;
    const { signal } = this.surroundings;
    if (this.isOfHadoop(item)) return await hadoopSize(uri.trimStart(), { hadoop, signal });
    if (sourceKind(uri) === 'ftp') throw new Error('the size of a file is not asked for over FTP');
    const options = this.options();
    return links ? await objectSize(links.head, options) : await httpSize(uri.trimStart(), options);
  }

  private options(): SourceOptions {
    const { stallMs, schemes } = this.plan;
    return { stallMs, schemes, ...this.surroundings };
  }
}
