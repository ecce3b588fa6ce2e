/**
 * The bounds of one fetch: bytes and files, counted as they are written.
 */

import { printBytes } from '../../../../model/bytes';
import type { FetchLimits } from '../plan';

export class Budget {
  private bytes = 0;
  private files = 0;

  constructor(
    private readonly limits: FetchLimits,
    /** Aborts whatever is counted. */
    private readonly signal = new AbortController().signal,
  ) {}

  get bytesLeft(): number {
    return this.limits.bytesMax - this.bytes;
  }

  /** Counts bytes that are about to be written. Throws for more than may be. */
  addBytes(bytes: number): void {
    this.assertRoom(bytes);
    this.bytes += bytes;
  }

  /** Throws when so many bytes are more than may be written. */
  assertRoom(bytes: number): void {
    if (bytes > this.bytesLeft)
      throw new Error(
        `The fetch would write more than ${printBytes(this.limits.bytesMax)}, the bound of --fetcher_max_size`,
      );
  }

  /** Counts a file, folder or link that is about to be made. */
  addFile(): void {
    this.signal.throwIfAborted();
    if (++this.files > this.limits.filesMax)
      throw new Error(
        `The fetch would make more than ${this.limits.filesMax} files, the bound of --fetcher_max_files`,
      );
  }

  async *count(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      this.signal.throwIfAborted();
      this.addBytes(chunk.length);
      yield chunk;
    }
  }
}
