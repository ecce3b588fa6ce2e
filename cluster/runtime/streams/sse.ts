/**
 * Server-sent events: our encoder, and eventsource-parser behind the same feed(chunk) shape as the other streams.
 */

import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';

export interface ServerSentEvent {
  readonly event: string | undefined;
  readonly data: string;
}

/** One frame in Marathon's form: CRLF line ends and the type first. The data must be one line. */
export function encodeSse(event: string, data: string): string {
  return `event: ${event}\r\ndata: ${data}\r\n\r\n`;
}

export class SseDecoder {
  private readonly text = new StringDecoder('utf8');
  private found: ServerSentEvent[] = [];
  private readonly parser = createParser({
    onEvent: ({ event, data }) => this.found.push({ event, data }),
  });

  /** Takes the next bytes and returns the events they complete. */
  feed(chunk: Uint8Array): ServerSentEvent[] {
    this.found = [];
    this.parser.feed(this.text.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
    return this.found;
  }
}
