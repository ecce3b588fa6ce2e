/**
 * The event bus: every event to every reader of `GET /v2/events` that wants it. No memory, no repetition.
 */

import type { Clock } from '../../../cluster/runtime/clock';
import type { Reply } from '../../../cluster/runtime/http/server';
import { encodeSse } from '../../../cluster/runtime/streams/sse';
import type { BusEvent, EventType } from '../api/events';

const IDLE_MS = 10_000;
const READERS_MAX = 1000;

export interface ReaderWish {
  readonly reply: Reply;
  readonly address: string;
  /** Only these types; all without any. */
  readonly types: ReadonlySet<string>;
  readonly headers: Readonly<Record<string, string>>;
}

interface Reader extends ReaderWish {
  /** Written but not yet taken by the peer. */
  outstanding: number;
}

export class EventBus {
  private readonly readers = new Set<Reader>();
  private cancelIdle: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly outstandingMax: number,
  ) {}

  get size(): number {
    return this.readers.size;
  }

  /** Sends one event to all who want it; it is turned into text once. */
  publish(event: BusEvent): void {
    if (this.readers.size === 0) return;
    const frame = encodeSse(event.eventType, JSON.stringify(event));
    for (const reader of this.readers) {
      if (reader.types.size === 0 || reader.types.has(event.eventType)) this.write(reader, frame);
    }
  }

  /** Opens a stream. Its first frame tells that it is attached. Returns false when there are too many. */
  attach(wish: ReaderWish): boolean {
    if (this.readers.size >= READERS_MAX) return false;
    const reader: Reader = { ...wish, outstanding: 0 };
    const { raw } = wish.reply.hijack();
    raw.useChunkedEncodingByDefault = false;
    raw.on('error', () => undefined);
    raw.on('close', () => this.detach(reader));
    raw.writeHead(200, { ...wish.headers, 'content-type': 'text/event-stream', connection: 'close' });
    raw.flushHeaders();
    raw.socket?.setNoDelay(true);
    this.readers.add(reader);
    this.publish(this.presence('event_stream_attached', wish.address));
    this.keepAlive();
    return true;
  }

  /** Ends all streams. */
  stop(): void {
    this.cancelIdle?.();
    for (const { reply } of this.readers) reply.raw.end();
    this.readers.clear();
  }

  private write(reader: Reader, text: string): void {
    if (reader.outstanding >= this.outstandingMax) {
      this.detach(reader);
      reader.reply.raw.destroy();
      return;
    }
    reader.outstanding++;
    reader.reply.raw.write(text, () => {
      reader.outstanding--;
    });
  }

  private detach(reader: Reader): void {
    if (this.readers.delete(reader)) {
      this.publish(this.presence('event_stream_detached', reader.address));
    }
  }

  private presence(eventType: EventType, remoteAddress: string): BusEvent {
    return { remoteAddress, eventType, timestamp: new Date(this.clock.now()).toISOString() };
  }

  /** An empty line now and then, so that a peer that has gone is noticed. */
  private keepAlive(): void {
    this.cancelIdle?.();
    this.cancelIdle = this.clock.wakeAt(this.clock.now() + IDLE_MS, () => {
      for (const reader of this.readers) this.write(reader, '\r\n');
      if (this.readers.size > 0) this.keepAlive();
    });
  }
}
