/**
 * The event bus: sends each event to the readers of `GET /v2/events` that want it. Past events are not repeated.
 */

import type { Clock } from '../../../cluster/runtime/clock';
import type { Reply } from '../../../cluster/runtime/http/server';
import { encodeSse } from '../../../cluster/runtime/streams/sse';
import type { BusEvent, EventType } from '../api/events';

const IDLE_MS = 10_000;
const STREAMS_MAX = 1000;
/** Frames of very large plans are few, so that their number alone is no bound. */
const OUTSTANDING_SIZE_MAX = 32 * 1024 * 1024;

export interface EventStreamRequest {
  readonly reply: Reply;
  readonly address: string;
  /** Only these types; all without any. */
  readonly types: ReadonlySet<string>;
  readonly headers: Readonly<Record<string, string>>;
  /** An event as the reader may see it, undefined for one that they may not; all of every event without it. */
  readonly shown?: ShownTo | undefined;
}

/** `pod` is the subject of an event that does not name it. */
type ShownTo = (event: BusEvent, pod: string | undefined) => BusEvent | undefined;

interface EventStream extends EventStreamRequest {
  /** Frames that are written but not yet taken by the peer. */
  outstanding: number;
  /** Their characters. */
  outstandingSize: number;
}

export class EventBus {
  private readonly streams = new Set<EventStream>();
  private cancelIdle: (() => void) | undefined;
  private sent = 0;

  constructor(
    private readonly clock: Clock,
    private readonly outstandingMax: number,
  ) {}

  get size(): number {
    return this.streams.size;
  }

  /** Characters that were sent so far. */
  get characters(): number {
    return this.sent;
  }

  /** Sends an event to all streams that want it. The whole event is encoded once. */
  publish(event: BusEvent, pod?: string): void {
    if (this.streams.size === 0) return;
    const frame = frameOf(event);
    for (const stream of this.streams) {
      if (stream.types.size > 0 && !stream.types.has(event.eventType)) continue;
      const shown = stream.shown ? stream.shown(event, pod) : event;
      if (shown) this.write(stream, shown === event ? frame : frameOf(shown));
    }
  }

  /** Opens a stream; its first frame is event_stream_attached. Returns false when there are too many streams. */
  attach(request: EventStreamRequest): boolean {
    if (this.streams.size >= STREAMS_MAX) return false;
    const stream: EventStream = { ...request, outstanding: 0, outstandingSize: 0 };
    const { raw } = request.reply.hijack();
    raw.useChunkedEncodingByDefault = false;
    raw.on('error', () => undefined);
    raw.on('close', () => this.detach(stream));
    raw.writeHead(200, { ...request.headers, 'content-type': 'text/event-stream', connection: 'close' });
    raw.flushHeaders();
    raw.socket?.setNoDelay(true);
    this.streams.add(stream);
    this.publish(this.presence('event_stream_attached', request.address));
    this.keepAlive();
    return true;
  }

  /** Ends all streams. */
  stop(): void {
    this.cancelIdle?.();
    for (const { reply } of this.streams) reply.raw.end();
    this.streams.clear();
  }

  private write(stream: EventStream, text: string): void {
    if (stream.outstanding >= this.outstandingMax || stream.outstandingSize >= OUTSTANDING_SIZE_MAX) {
      this.detach(stream);
      stream.reply.raw.destroy();
      return;
    }
    stream.outstanding++;
    stream.outstandingSize += text.length;
    this.sent += text.length;
    stream.reply.raw.write(text, () => {
      stream.outstanding--;
      stream.outstandingSize -= text.length;
    });
  }

  private detach(stream: EventStream): void {
    if (this.streams.delete(stream)) {
      this.publish(this.presence('event_stream_detached', stream.address));
    }
  }

  private presence(eventType: EventType, remoteAddress: string): BusEvent {
    return { remoteAddress, eventType, timestamp: new Date(this.clock.now()).toISOString() };
  }

  /** Sends an empty line at intervals, so that a closed connection is noticed. */
  private keepAlive(): void {
    this.cancelIdle?.();
    this.cancelIdle = this.clock.wakeAt(this.clock.now() + IDLE_MS, () => {
      for (const stream of this.streams) this.write(stream, '\r\n');
      if (this.streams.size > 0) this.keepAlive();
    });
  }
}

function frameOf(event: BusEvent): string {
  return encodeSse(event.eventType, JSON.stringify(event));
}
