/**
 * An open response that events are written to.
 *
 * A reader that does not read is cut off, so that what waits for it has a limit.
 */

import { corkWrites } from './cork-writes';
import type { Reply } from './server';

export interface StreamOptions {
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Unread bytes that the process keeps for this reader. */
  readonly unreadMaxBytes?: number;
  /** Time in which a reader has to take some of its unread bytes; without it there is no limit. */
  readonly stallMs?: number;
  /** For tests. */
  readonly now?: () => number;
  /** Called once at the end, with its reason. */
  readonly closed: (reason: string) => void;
}

/** Unread bytes of one reader unless told otherwise. */
export const UNREAD_MAX_BYTES = 64 * 1024 * 1024;

export class ResponseStream {
  private ended = false;
  /** Bytes of `first` pieces that may still be unread; they do not count against the limit. */
  private allowance = 0;
  private progress = { readBytes: 0, at: 0 };

  /** Takes the response over from Fastify and sends the headers at once. */
  constructor(
    private readonly reply: Reply,
    private readonly options: StreamOptions,
  ) {
    reply.hijack();
    reply.raw.on('error', () => undefined);
    reply.raw.on('close', () => this.finish('the reader left'));
    reply.raw.writeHead(options.status ?? 200, options.headers);
    reply.raw.flushHeaders();
    reply.raw.socket?.setNoDelay(true);
  }

  /**
   * Writes a piece; cuts the reader off when too much is unread, or when it has read nothing for too long. A
   * `first` piece, such as the whole state that a stream begins with, does not count as unread.
   */
  write(chunk: string | Uint8Array, { first = false }: { first?: boolean } = {}): void {
    if (this.ended) return;
    const { writableLength } = this.reply.raw;
    if (writableLength === 0) this.allowance = 0;
    const unreadMax = this.options.unreadMaxBytes ?? UNREAD_MAX_BYTES;
    if (writableLength > unreadMax + this.allowance) return this.cut(`more than ${unreadMax} bytes unread`);
    if (this.isStalled(writableLength)) return this.cut('nothing was read for too long');
    if (first) this.allowance += chunk.length;
    corkWrites(this.reply.raw.socket);
    this.reply.raw.write(chunk);
  }

  /** Bytes that the process keeps because the reader has not taken them. */
  get unreadBytes(): number {
    return this.reply.raw.destroyed ? 0 : this.reply.raw.writableLength;
  }

  private isStalled(unread: number): boolean {
    const { stallMs, now = () => performance.now() } = this.options;
    if (stallMs === undefined) return false;
    const readBytes = (this.reply.raw.socket?.bytesWritten ?? 0) - unread;
    const moved = unread === 0 || readBytes > this.progress.readBytes;
    if (moved || this.progress.at === 0) this.progress = { readBytes, at: now() };
    return now() - this.progress.at > stallMs;
  }

  /** Ends the response at once; unread bytes are lost. */
  cut(why: string): void {
    const reason = `the reader is too slow: ${why}`;
    this.finish(reason);
    // Without an error Node would make one for each piece that waits: 150,000 of them stop the process for seconds.
    this.reply.raw.destroy(new Error(reason));
  }

  /** Ends the response after the bytes that were written. */
  close(reason = 'closed'): void {
    if (this.ended) return;
    this.finish(reason);
    this.reply.raw.end();
  }

  /**
   * Ends the connection after the bytes that were written, but not the response: readers take the end of a response for the
   * end of all events, and do not come back. A process that is killed leaves its readers the same way.
   */
  breakOff(reason: string): void {
    if (this.ended) return;
    this.finish(reason);
    this.reply.raw.socket?.end();
  }

  private finish(reason: string): void {
    if (this.ended) return;
    this.ended = true;
    this.options.closed(reason);
  }
}
