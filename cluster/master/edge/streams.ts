/**
 * The open streams of schedulers and operators, by their id, each in its own media type.
 */

import type { MessageName, Messages } from '../../api/generated/messages';
import { encodeBody, type MediaType } from '../../api/media-type';
import type { Reply } from '../../runtime/http/server';
import { ResponseStream, type StreamOptions } from '../../runtime/http/stream';
import { encodeRecord } from '../../runtime/streams/recordio';

interface Entry<Event> {
  readonly type: MediaType;
  readonly stream: ResponseStream;
  readonly shown: ((event: Event) => Event | undefined) | undefined;
}

export interface StreamLimits extends Pick<StreamOptions, 'unreadMaxBytes' | 'stallMs'> {
  /** Of all streams together; whoever has read least is cut off for the others. */
  readonly unreadTotalMaxBytes?: number;
}

const UNREAD_TOTAL_MAX_BYTES = 1024 * 1024 * 1024;
/** Who has less than this unread is no reason to look at all the others. */
const UNREAD_FEW_BYTES = 1024 * 1024;

export class Streams<N extends MessageName> {
  private readonly entries = new Map<string, Entry<Messages[N]>>();

  constructor(
    private readonly message: N,
    private readonly limits: StreamLimits = {},
  ) {}

  /** Opens a stream: the answer's headers go out at once. */
  open(
    id: string,
    reply: Reply,
    {
      type,
      headers = {},
      shown,
      closed,
    }: {
      type: MediaType;
      headers?: Record<string, string>;
      /** What this one sees of an event for all; undefined for nothing. */
      shown?: (event: Messages[N]) => Messages[N] | undefined;
      closed: (reason: string) => void;
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
    this.entries.set(id, { type, stream, shown });
  }

  /** Writes one event to one stream; a stream that has ended meanwhile is passed over. */
  write(id: string, event: Messages[N], options: { first?: boolean } = {}): void {
    const entry = this.entries.get(id);
    if (entry) this.give(entry, encodeRecord(encodeBody(this.message, entry.type, event)), options);
  }

  private give({ stream }: Entry<Messages[N]>, record: Buffer, options: { first?: boolean } = {}): void {
    stream.write(record, options);
    if (stream.unreadBytes > UNREAD_FEW_BYTES) this.relieve();
  }

  /** Many slow readers together must not take what the process has. */
  private relieve(): void {
    const { unreadTotalMaxBytes: most = UNREAD_TOTAL_MAX_BYTES } = this.limits;
    while (this.unreadBytes > most) {
      const all = [...this.entries.values()].map(({ stream }) => stream);
      const slowest = all.reduce((a, b) => (b.unreadBytes > a.unreadBytes ? b : a));
      slowest.cut(`more than ${most} bytes unread by all together`);
    }
  }

  /** Writes one event to all, encoding what all see once a media type. */
  writeAll(event: Messages[N]): void {
    const encoded = new Map<MediaType, Buffer>();
    const encode = (type: MediaType, one: Messages[N]): Buffer =>
      encodeRecord(encodeBody(this.message, type, one));
    for (const entry of [...this.entries.values()]) {
      const { type, shown } = entry;
      const own = shown ? shown(event) : event;
      if (own === undefined) continue;
      if (own !== event) this.give(entry, encode(type, own));
      else {
        const record = encoded.get(type) ?? encode(type, event);
        encoded.set(type, record);
        this.give(entry, record);
      }
    }
  }

  /** Bytes that are kept for readers who have not taken them. What several wait for is counted for each. */
  get unreadBytes(): number {
    let bytes = 0;
    for (const { stream } of this.entries.values()) bytes += stream.unreadBytes;
    return bytes;
  }

  close(id: string, reason: string): void {
    this.entries.get(id)?.stream.close(reason);
  }

  closeAll(): void {
    for (const { stream } of [...this.entries.values()]) stream.close('the master stops');
  }
}
