/**
 * Server-sent events: an encoder, and a decoder over eventsource-parser.
 */

import { StringDecoder } from 'node:string_decoder';
import { createParser, type EventSourceParser } from 'eventsource-parser';

export interface ServerSentEvent {
  readonly event: string | undefined;
  readonly data: string;
}

/** One frame in Marathon's form: CRLF line ends and the type first. The data must be one line. */
export function encodeSse(event: string, data: string): string {
  return `event: ${event}\r\ndata: ${data}\r\n\r\n`;
}

/** Longest event accepted unless told otherwise: Marathon's events hold a whole plan. */
const EVENT_MAX_CHARACTERS = 64 * 1024 * 1024;

/** Thrown by feed for an event without end; the decoder cannot be used afterwards. */
export class SseError extends Error {}

export class SseDecoder {
  private readonly text = new StringDecoder('utf8');
  private found: ServerSentEvent[] = [];
  private readonly parser: EventSourceParser;

  constructor(eventMaxCharacters = EVENT_MAX_CHARACTERS) {
    this.parser = createParser({
      maxBufferSize: eventMaxCharacters,
      onEvent: ({ event, data }) => this.found.push({ event, data }),
      onError: ({ type }) => {
        if (type === 'max-buffer-size-exceeded')
          throw new SseError(`an event is over the limit of ${eventMaxCharacters} characters`);
      },
    });
  }

  /** Takes the next bytes and returns the events they complete. */
  feed(chunk: Uint8Array): ServerSentEvent[] {
    this.found = [];
    this.parser.feed(this.text.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
    return this.found;
  }
}
