/**
 * The place that something is fetched from: bytes, and what closes their connection.
 */

export interface Source {
  readonly bytes: AsyncIterable<Uint8Array>;
  close(): void;
}

export interface SourceOptions {
  /** Time without a byte after which a download is given up. */
  readonly stallMs: number;
  readonly schemes: readonly string[];
  readonly signal: AbortSignal;
}
