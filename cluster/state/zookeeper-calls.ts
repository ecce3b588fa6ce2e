/**
 * The calls of ZooKeeper that the store makes, and what their errors say of the outcome.
 *
 * Always true: after an uncertain error the server may have done what was asked for, or may still do it.
 */

/** One step of a transaction. */
export type ZkStep =
  | { readonly kind: 'create'; readonly path: string; readonly data: Buffer; readonly isPrivate: true }
  | { readonly kind: 'set'; readonly path: string; readonly data: Buffer; readonly version?: number }
  | { readonly kind: 'check' | 'remove'; readonly path: string; readonly version?: number };

/** The methods of the client that are used. Its errors have a `code`, such as `NO_NODE` or `TIMEOUT`. */
export interface ZkPort {
  children(path: string): Promise<string[]>;
  get(
    path: string,
  ): Promise<{ readonly data: Buffer; readonly stat: { readonly version: number } } | undefined>;
  exists(path: string): Promise<object | undefined>;
  makePath(path: string): Promise<void>;
  remove(path: string): Promise<void>;
  transaction(steps: readonly ZkStep[]): Promise<void>;
}

/** Our node in the election is gone: another process leads, or will. */
export class DeposedError extends Error {}

/** Reads under way at once. */
const READS_MAX = 100;
/** Errors after which the server may have done what was asked for, or may still do it. */
const UNCERTAIN: ReadonlySet<string> = new Set([
  'TIMEOUT',
  'CONNECTION_LOSS',
  'SESSION_EXPIRED',
  'OPERATION_TIMEOUT',
  'SESSION_MOVED',
]);

/** Makes a node whose content is always the same; an existing one is as good. */
export async function createNode(
  client: ZkPort,
  path: string,
  data: Buffer,
  before: readonly ZkStep[],
): Promise<void> {
  try {
    await client.transaction([...before, { kind: 'create', path, data, isPrivate: true }]);
  } catch (error) {
    if (codeOf(error) !== 'NODE_EXISTS') throw error;
  }
}

export function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : '';
}

/**
 * True for an error after which the work may be repeated: another writer was faster, or the connection was
 * lost.
 */
export function isPassing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'BAD_VERSION' || code === 'NODE_EXISTS' || code === 'NO_NODE' || isUncertain(error);
}

/** Runs the work for all items, some at a time, and returns the results in order. */
export async function inGroups<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += READS_MAX)
    results.push(...(await Promise.all(items.slice(start, start + READS_MAX).map(work))));
  return results;
}

/** True for an error after which the outcome is not known. */
export function isUncertain(error: unknown): boolean {
  return UNCERTAIN.has(codeOf(error));
}
