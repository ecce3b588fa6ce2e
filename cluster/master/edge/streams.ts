/**
 * The open event streams of schedulers or operators by id, each in its own media type and with a limit of unread bytes.
 */

import type { MessageName, Messages } from '../../api/generated/messages';
import { encodeBody, type MediaType } from '../../api/media-type';
import type { Reply } from '../../runtime/http/server';
import { ResponseStream, type StreamOptions, UNREAD_MAX_BYTES } from '../../runtime/http/stream';
import { encodeRecord } from '../../runtime/streams/recordio';

interface Entry<Event> {
  readonly type: MediaType;
  readonly stream: ResponseStream;
  readonly shown: ((event: Event) => Event | undefined) | undefined;
  /**
   * Undefined once the first event is written. While that is written, the events that follow it; `waits` before it is
   * begun, when events are dropped, since the first one will include them.
   */
  held: UnreadStream | 'waits' | undefined;
}

/** Events of a stream whose first one is still being written. */
interface UnreadStream {
  readonly records: Buffer[];
  bytes: number;
}

export interface StreamLimits extends Pick<StreamOptions, 'unreadMaxBytes' | 'stallMs'> {
  /** Limit of all streams together; above it the stream with the most unread bytes is cut off. */
  readonly unreadTotalMaxBytes?: number;
}

const UNREAD_TOTAL_MAX_BYTES = 1024 * 1024 * 1024;
/** Up to these unread bytes of one stream the sum of all is not checked, which costs time with many streams. */
const UNREAD_FEW_BYTES = 1024 * 1024;

export class Streams<N extends MessageName> {
  private readonly entries = new Map<string, Entry<Messages[N]>>();

  constructor(
    private readonly message: N,
    private readonly limits: StreamLimits = {},
  ) {}

  /** Opens a stream; the headers of the response are sent at once. */
  open(
    id: string,
    reply: Reply,
    {
      type,
      headers = {},
      shown,
      closed,
      waits = false,
    }: {
      type: MediaType;
      headers?: Record<string, string>;
      /** The part of an event that this follower may see; undefined for none. */
      shown?: (event: Messages[N]) => Messages[N] | undefined;
      closed: (reason: string) => void;
      /** True if its first event takes a while to write: see `begin` and `first`. */
      waits?: boolean;
    },
  ): void {
    const stream = new ResponseStream(reply, {
      ...this.limits,
      headers: { 'content-type': type, 'transfer-encoding': 'chunked', ...headers },
      closed: (reason) => {
        this.entries.delete(id);
        closed(reason);
      },
    });
    this.entries.set(id, { type, stream, shown, held: waits ? 'waits' : undefined });
  }

  /** The media type of a stream; undefined when it has ended. */
  typeOf(id: string): MediaType | undefined {
    return this.entries.get(id)?.type;
  }

  /** Marks the moment that the first event of a stream describes: later events follow it. */
  begin(id: string): void {
    const entry = this.entries.get(id);
    if (entry?.held === 'waits') entry.held = { records: [], bytes: 0 };
  }

  /** Writes the first event in chunks, then the events of `then`, then those since `begin`. */
  first(id: string, chunks: readonly Buffer[], then: readonly Messages[N][]): void {
    const entry = this.entries.get(id);
    if (!entry?.held || entry.held === 'waits') return;
    const { records } = entry.held;
    entry.held = undefined;
    const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
    for (const chunk of [Buffer.from(`${bytes}\n`), ...chunks]) entry.stream.write(chunk, { first: true });
    this.relieve();
    for (const event of then) this.give(entry, encodeRecord(encodeBody(this.message, entry.type, event)));
    for (const record of records) this.give(entry, record);
  }

  /** Writes one event to one stream, unless that has ended meanwhile. */
  write(id: string, event: Messages[N]): void {
    const entry = this.entries.get(id);
    if (entry) this.give(entry, encodeRecord(encodeBody(this.message, entry.type, event)));
  }

  private give(entry: Entry<Messages[N]>, record: Buffer): void {
    const { stream, held } = entry;
    if (held === 'waits') return;
    if (held) {
      held.records.push(record);
      held.bytes += record.length;
      const { unreadMaxBytes: most = UNREAD_MAX_BYTES } = this.limits;
      if (held.bytes > most) stream.cut(`more than ${most} bytes unread`);
    } else stream.write(record);
    if (unreadOf(entry) > UNREAD_FEW_BYTES) this.relieve();
  }

  /**
   * Cuts off the slowest streams while all together exceed their limit, so that slow readers cannot use up the
   * memory.
   */
  private relieve(): void {
    const { unreadTotalMaxBytes: most = UNREAD_TOTAL_MAX_BYTES } = this.limits;
    while (this.unreadBytes > most) {
      const slowest = [...this.entries.values()].reduce((a, b) => (unreadOf(b) > unreadOf(a) ? b : a));
      slowest.stream.cut(`more than ${most} bytes unread by all together`);
    }
  }

  /** Writes one event to all streams; an event that is not filtered is encoded once a media type. */
  writeAll(event: Messages[N]): void {
    const encoded = new Map<MediaType, Buffer>();
    const encode = (type: MediaType, body: Messages[N]): Buffer =>
      encodeRecord(encodeBody(this.message, type, body));
    for (const entry of [...this.entries.values()]) {
      const { type, shown, held } = entry;
      if (held === 'waits') continue;
      const filtered = shown ? shown(event) : event;
      if (filtered === undefined) continue;
      if (filtered !== event) this.give(entry, encode(type, filtered));
      else {
        const record = encoded.get(type) ?? encode(type, event);
        encoded.set(type, record);
        this.give(entry, record);
      }
    }
  }

  /** Bytes buffered for readers that have not read them. Bytes shared by several streams count for each. */
  get unreadBytes(): number {
    let bytes = 0;
    for (const entry of this.entries.values()) bytes += unreadOf(entry);
    return bytes;
  }

  close(id: string, reason: string): void {
    this.entries.get(id)?.stream.close(reason);
  }

  /** Breaks all of them off, as the end of the original's process does: mesos-rxjava subscribes again only then. */
  breakOffAll(): void {
    for (const { stream } of [...this.entries.values()]) stream.breakOff('the master stops');
  }
}

function unreadOf({ stream, held }: Pick<Entry<never>, 'stream' | 'held'>): number {
  return stream.unreadBytes + (typeof held === 'object' ? held.bytes : 0);
}
