/**
 * The fetcher of an agent: fetches the URIs of commands into sandboxes, with one cache for all of them (Mesos 1.11
 * src/slave/containerizer/fetcher.cpp).
 *
 * Always true: a fetch that is given up leaves no process and no entry of the cache that is half there; files of the cache
 * belong to the agent, and tasks get copies.
 */

import { closeSync, readFileSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { CommandInfo } from '../../../api/generated/mesos';
import { present } from '../../../model/assert';
import { printDuration } from '../../../model/time';
import type { Clock } from '../../../runtime/clock';
import { programUmask } from '../../../runtime/files/private';
import { type Identity, identityOf } from '../../../runtime/identity';
import type { Logger } from '../../../runtime/log';
import { LaunchQueue } from '../launch-queue';
import type { Output } from '../output';
import { aborted, type Claim, FetcherCache } from './cache';
import type { CacheFile, CacheGrant, FetchItem, FetchLimits, FetchPlan, FetchReport } from './plan';
import { FIRST_CACHE_FD, runFetcher } from './run-fetcher';
import { linksTo, type ObjectLinks, objectError, type S3Settings } from './s3';
import { sourceKind, urisError } from './uris';

/** Fetches that run at a time; each is a process. */
const FETCHES_MAX = 32;

export interface FetcherSettings {
  readonly cacheDir: string;
  readonly cacheBytes: number;
  readonly stallMs: number;
  /** Time that all URIs of a command may take. */
  readonly timeoutMs: number;
  readonly schemes: ReadonlySet<string>;
  readonly limits: FetchLimits;
  /** The file of `--fetcher_ca_file`. */
  readonly caFile: string | undefined;
  /** Undefined when the Hadoop client fetches objects of S3. */
  readonly s3: S3Settings | undefined;
  /** The program of the Hadoop client. */
  readonly hadoop: string;
  readonly frameworksHome: string | undefined;
  /** The folder of `--work_dir`, which has the sandboxes. */
  readonly workDir: string;
}

/** URIs to fetch for a container. */
export interface FetchOrder {
  readonly containerId: string;
  readonly uris: readonly CommandInfo.URI[];
  /** The sandbox. */
  readonly directory: string;
  /** The user of the task; undefined for the agent's own. */
  readonly user: string | undefined;
  /** The ids that an image gives the container, instead of those of the user. */
  readonly image?: { readonly identity: Identity | undefined } | undefined;
}

interface FetcherOptions extends FetcherSettings {
  readonly clock: Clock;
  readonly log: Logger;
}

export class Fetcher {
  private readonly cache: FetcherCache;
  private readonly queue = new LaunchQueue(FETCHES_MAX);
  private succeeded = 0;
  private failed = 0;

  constructor(private readonly options: FetcherOptions) {
    const { cacheDir, cacheBytes, log } = options;
    this.cache = new FetcherCache({ folder: cacheDir, totalBytes: cacheBytes, log });
  }

  /**
   * Fetches all URIs, and tells what it does in open files: `stdout` and `stderr` of the sandbox. Rejects with the reason,
   * and when the signal aborts.
   */
  async fetch(order: FetchOrder, output: Output | undefined, signal: AbortSignal): Promise<void> {
    try {
      if (order.uris.length > 0)
        await this.fetchAll(order, present(output, 'a container with URIs has output'), signal);
      this.succeeded++;
    } catch (error) {
      this.failed++;
      throw error;
    }
  }

  /** The metrics under Mesos' names. A container without URIs counts as fetched, as in the original. */
  metrics(): Readonly<Record<string, number>> {
    return {
      'containerizer/fetcher/cache_size_total_bytes': this.options.cacheBytes,
      'containerizer/fetcher/cache_size_used_bytes': this.cache.usedBytes,
      'containerizer/fetcher/task_fetches_failed': this.failed,
      'containerizer/fetcher/task_fetches_succeeded': this.succeeded,
    };
  }

  private async fetchAll(order: FetchOrder, output: Output, signal: AbortSignal): Promise<void> {
    const error = urisError(order.uris, this.options.schemes) ?? this.objectsError(order);
    if (error !== undefined) throw new Error(`Could not fetch: ${error}`);
    const identity = order.image ? order.image.identity : await identityOf(order.user);
    const claims = this.claimsOf(order);
    try {
      await this.cache.settled(claims, signal);
      await this.inTurn(signal, () => this.run({ order, output, claims, identity }, signal));
    } finally {
      this.cache.release(claims);
    }
  }

  private objectsError({ uris }: FetchOrder): string | undefined {
    const objects = uris.filter(({ value }) => this.isObject(value));
    return objects.map(({ value }) => objectError(value)).find((error) => error !== undefined);
  }

  /** True for an object of S3 that the agent signs a link to. */
  private isObject(uri: string): boolean {
    return this.options.s3 !== undefined && sourceKind(uri) === 's3';
  }

  /** The links to the objects among the URIs, by these. They are valid for as long as the fetch may take. */
  private async linksTo({ uris }: FetchOrder): Promise<ReadonlyMap<string, ObjectLinks>> {
    const { s3, clock, timeoutMs } = this.options;
    const links = new Map<string, ObjectLinks>();
    for (const { value } of uris)
      if (s3 && this.isObject(value))
        links.set(value, await linksTo(value, s3, { now: clock.now(), lifeMs: timeoutMs }));
    return links;
  }

  /** A claim on the cache for each URI; several of the same URI share one. */
  private claimsOf({ uris, user }: FetchOrder): readonly (Claim | undefined)[] {
    const claims = new Map<string, Claim>();
    return uris.map(({ value, cache }) => {
      if (!cache || this.options.cacheBytes === 0) return undefined;
      const claim = claims.get(value) ?? this.cache.claim(user, value);
      claims.set(value, claim);
      return claim;
    });
  }

  /** Waits for its turn, unless the fetch is given up before. One that has begun is waited for. */
  private async inTurn(signal: AbortSignal, run: () => Promise<void>): Promise<void> {
    let outcome: Promise<void> | undefined;
    const turn = this.queue.run(async () => {
      if (signal.aborted) return;
      outcome = run();
      await outcome;
    });
    await Promise.race([turn, aborted(signal)]);
    if (!outcome) signal.throwIfAborted();
    await outcome;
  }

  private async run(fetch: Fetch, signal: AbortSignal): Promise<void> {
    const links = await this.linksTo(fetch.order);
    const files = this.openFiles(fetch.claims);
    try {
      const { output } = fetch;
      const { containerId } = fetch.order;
      const plan = this.planOf(fetch, files, links);
      const cacheFiles = [...files.values()].map(({ fd }) => fd);
      const reported = (report: FetchReport): CacheGrant | undefined => this.reported(fetch.claims, report);
      await this.inTime(signal, (limited) =>
        runFetcher({ containerId, plan, cacheFiles, output, reported, signal: limited }),
      );
    } finally {
      for (const { fd } of files.values()) closeSync(fd);
    }
  }

  /** The files of the cache that can be used, by their claims. */
  private openFiles(claims: Fetch['claims']): ReadonlyMap<Claim, CacheFile> {
    const files = new Map<Claim, CacheFile>();
    for (const claim of new Set(claims)) {
      const file = claim && this.cache.open(claim);
      if (file) files.set(claim, file);
    }
    return files;
  }

  private planOf(
    { order, claims, identity }: Fetch,
    files: ReadonlyMap<Claim, CacheFile>,
    links: ReadonlyMap<string, ObjectLinks>,
  ): FetchPlan {
    const { workDir, frameworksHome, hadoop, stallMs, schemes, limits, caFile } = this.options;
    const { directory, user, uris } = order;
    // The numbers that they have in the process.
    const numbers = new Map([...files.keys()].map((claim, index) => [claim, FIRST_CACHE_FD + index]));
    const filled = new Set<Claim>();
    const items = uris.map((uri, index): FetchItem => {
      const claim = claims[index];
      const file = claim && files.get(claim);
      const isNew = file?.isNew === true && !filled.has(claim as Claim);
      if (claim) filled.add(claim);
      return {
        uri: uri.value,
        executable: uri.executable ?? false,
        extract: uri.extract ?? true,
        outputFile: uri.output_file,
        links: links.get(uri.value),
        cache: file && { ...file, fd: numbers.get(claim as Claim) ?? 0, isNew },
      };
    });
    return {
      sandbox: directory,
      realSandbox: join(realpathSync(workDir), relative(workDir, directory)),
      user,
      identity,
      umask: programUmask(),
      items,
      frameworksHome,
      hadoop,
      stallMs,
      authorities: caFile === undefined ? undefined : readFileSync(caFile, 'utf8'),
      schemes: [...schemes],
      limits,
    };
  }

  /** Keeps the cache as the process tells; the answer to a size. */
  private reported(claims: Fetch['claims'], report: FetchReport): CacheGrant | undefined {
    const claim = 'item' in report ? claims[report.item] : undefined;
    if (!claim) return undefined;
    if (report.kind === 'size') return this.cache.grant(claim, report.bytes);
    if (report.kind === 'cached') this.cache.complete(claim, report.bytes);
    if (report.kind === 'uncached') this.cache.giveUp(claim);
    return undefined;
  }

  /** Gives a fetch up that takes too long. */
  private async inTime(signal: AbortSignal, run: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { clock, timeoutMs } = this.options;
    const late = new AbortController();
    const text = `The fetch took longer than ${printDuration(timeoutMs)}, the bound of --fetcher_timeout`;
    const forget = clock.wakeAt(clock.now() + timeoutMs, () => late.abort(new Error(text)));
    try {
      await run(AbortSignal.any([signal, late.signal]));
    } finally {
      forget();
    }
  }
}

interface Fetch {
  readonly order: FetchOrder;
  readonly output: Output;
  /** In the order of the URIs. */
  readonly claims: readonly (Claim | undefined)[];
  readonly identity: Identity | undefined;
}
