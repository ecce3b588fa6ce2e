/**
 * The place that something is fetched from: bytes, and what closes their connection.
 */

import { printDuration } from '../../../../model/time';

export interface Source {
  readonly bytes: AsyncIterable<Uint8Array>;
  close(): void;
}

export interface SourceOptions {
  /** Time without a byte after which a download is given up. */
  readonly stallMs: number;
  readonly schemes: readonly string[];
  readonly signal: AbortSignal;
  readonly environment: NodeJS.ProcessEnv;
  /** All authorities whose certificates are trusted, in PEM; those that Node knows when undefined. */
  readonly authorities: readonly string[] | undefined;
}

/**
 * Bytes that come at more than one a second on an average of the stall time, as the original has curl check it: a server
 * that sends one now and then would hold the fetch otherwise.
 */
export async function* fastEnough(
  bytes: AsyncIterable<Uint8Array>,
  stallMs: number,
): AsyncGenerator<Uint8Array> {
  let since = performance.now();
  let received = 0;
  for await (const chunk of bytes) {
    received += chunk.length;
    yield chunk;
    const elapsedMs = performance.now() - since;
    if (elapsedMs < stallMs) continue;
    if (received * 1000 < elapsedMs)
      throw new Error(
        `less than a byte a second came within ${printDuration(stallMs)}, the bound of --fetcher_stall_timeout`,
      );
    since = performance.now();
    received = 0;
  }
}
