/**
 * An open response that events are written to. A reader that does not read is cut off instead of being
 * buffered for without end.
 */

import type { Reply } from './server';

export interface StreamOptions {
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Unread bytes that the process keeps for this reader. */
  readonly unreadMaxBytes?: number;
  /** Called once, whoever ended it. */
  readonly closed: (reason: string) => void;
}

const UNREAD_MAX_BYTES = 64 * 1024 * 1024;

export class ResponseStream {
  private ended = false;

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

  /** Writes one piece; cuts the reader off when too much is unread. */
  write(chunk: string | Uint8Array): void {
    if (this.ended) return;
    const unreadMax = this.options.unreadMaxBytes ?? UNREAD_MAX_BYTES;
    if (this.reply.raw.writableLength > unreadMax) {
      this.finish(`the reader is too slow: more than ${unreadMax} bytes unread`);
      this.reply.raw.destroy();
      return;
    }
    this.reply.raw.write(chunk);
  }

  /** Sends what is there and ends the response. */
  close(reason = 'closed'): void {
    if (this.ended) return;
    this.finish(reason);
    this.reply.raw.end();
  }

  private finish(reason: string): void {
    if (this.ended) return;
    this.ended = true;
    this.options.closed(reason);
  }
}
