/**
 * The talk between the agent and the process of a fetch: a plan, questions about the cache, and how it ended. Each is a
 * line of JSON.
 */

import type { ObjectLinks } from './s3';

/** The order of a fetch, the first line. */
export interface FetchPlan {
  /** The sandbox, which is the folder of the process. */
  readonly sandbox: string;
  /** The sandbox without links: a process that finds itself elsewhere was misled. */
  readonly realSandbox: string;
  /** The user of the task by name; undefined for the agent's own. */
  readonly user: string | undefined;
  /** The ids to become; undefined when the process runs as it is. */
  readonly identity:
    | { readonly uid: number; readonly gid: number; readonly groups: readonly number[] }
    | undefined;
  readonly umask: number;
  readonly items: readonly FetchItem[];
  readonly frameworksHome: string | undefined;
  /** The program of the Hadoop client. */
  readonly hadoop: string;
  readonly stallMs: number;
  /** Certificates in PEM of authorities that are trusted beside those of the machine. */
  readonly authorities: string | undefined;
  /** Schemes that may be fetched, redirects included. */
  readonly schemes: readonly string[];
  readonly limits: FetchLimits;
}

export interface FetchLimits {
  /** Bytes that one fetch writes, archives and what is in them. */
  readonly bytesMax: number;
  /** Files, folders and links that one fetch makes. */
  readonly filesMax: number;
}

export interface FetchItem {
  readonly uri: string;
  readonly executable: boolean;
  readonly extract: boolean;
  readonly outputFile: string | undefined;
  /** Undefined for what is no object of S3, or is the Hadoop client's. */
  readonly links: ObjectLinks | undefined;
  /** The file of the cache, open in the process; undefined without a cache. */
  readonly cache: CacheFile | undefined;
}

export interface CacheFile {
  readonly fd: number;
  readonly name: string;
  /** True for one that is to be downloaded, once the agent has granted its size. */
  readonly isNew: boolean;
}

/** The lines of the process. `item` is the index of one. */
export type FetchReport =
  | { readonly kind: 'size'; readonly item: number; readonly bytes: number }
  /** Its size is not to be learned, and the cache is left out. */
  | { readonly kind: 'uncached'; readonly item: number; readonly reason: string }
  | { readonly kind: 'cached'; readonly item: number; readonly bytes: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** The answer to a size. */
export type CacheGrant = { readonly granted: true } | { readonly granted: false; readonly reason: string };
