/**
 * Decodes libprocess messages from the chunks of a connection.
 *
 * Always true: bytes that are not part of a message are given back in their order; the bytes that wait have a
 * limit.
 */

import { type MessageHead, readHead } from './head';

export interface DecodedMessage {
  readonly head: MessageHead;
  /** A copy, so that the whole chunk is not kept in memory. */
  readonly body: Buffer;
}

/** The result of the bytes fed so far. */
export interface DecodeResult {
  readonly messages: readonly DecodedMessage[];
  /** Bytes that are not a message for us; they, and all after them, belong to the HTTP server. */
  readonly others?: Buffer;
  /** The error of a malformed or too long body: the connection is of no use after these messages. */
  readonly broken?: string;
}

/** An error in a body; it ends the decoding. */
class MalformedBody extends Error {}

/** Results beside a position: more bytes are needed, or the bytes are not for us. */
const MORE = -1;
const OTHERS = -2;
const END_OF_HEAD = '\r\n\r\n';
const HEAD_MAX_BYTES = 16 * 1024;
const CHUNK_LINE_MAX_BYTES = 256;

export class MessageDecoder {
  private waiting: Buffer[] = [];
  private size = 0;
  /** Number of bytes that are needed before decoding can go on. */
  private wanted = 1;
  private head: MessageHead | undefined;
  private bodyEnds = false;
  private parts: Buffer[] = [];
  private partsSize = 0;

  /** `takes` decides by its head whether a message is for us. A body of more than `bodyMaxBytes` is an error. */
  constructor(
    private readonly takes: (head: MessageHead) => boolean,
    private readonly bodyMaxBytes: number,
  ) {}

  /** True when a message has begun and not ended. */
  get partial(): boolean {
    return this.size > 0 || this.head !== undefined;
  }

  /** True when the head of a message was read and its body is awaited. */
  get inBody(): boolean {
    return this.head !== undefined;
  }

  /** Gives back the bytes of an incomplete head. */
  giveBack(): Buffer {
    const bytes = Buffer.concat(this.waiting);
    this.waiting = [];
    this.size = 0;
    return bytes;
  }

  /** Decodes the next bytes. Nothing may be fed after an error. */
  feed(chunk: Buffer): DecodeResult {
    this.waiting.push(chunk);
    this.size += chunk.length;
    if (this.size < this.wanted) return { messages: [] };
    const bytes = this.waiting.length === 1 ? chunk : Buffer.concat(this.waiting);
    const messages: DecodedMessage[] = [];
    let position = 0;
    try {
      for (let next = position; next >= 0; ) {
        position = next;
        next = this.advance(bytes, position, messages);
        if (next === OTHERS) return { messages, others: bytes.subarray(position) };
      }
    } catch (error) {
      if (!(error instanceof MalformedBody)) throw error;
      return { messages, broken: error.message };
    }
    const rest = bytes.subarray(position);
    this.waiting = rest.length > 0 ? [rest] : [];
    this.size = rest.length;
    return { messages };
  }

  /** One step from a position to the next one, or MORE, or OTHERS. */
  private advance(bytes: Buffer, position: number, messages: DecodedMessage[]): number {
    if (!this.head) return this.readHead(bytes, position);
    const { length } = this.head;
    const next =
      length === 'chunked' ? this.readChunk(bytes, position) : this.readSized(bytes, position, length);
    if (this.bodyEnds) {
      messages.push({ head: this.head, body: this.body() });
      this.head = undefined;
      this.bodyEnds = false;
    }
    return next;
  }

  private readHead(bytes: Buffer, position: number): number {
    if (position === bytes.length) return this.more(0);
    const end = bytes.indexOf(END_OF_HEAD, position, 'latin1');
    if (end < 0 || end - position > HEAD_MAX_BYTES)
      return bytes.length - position > HEAD_MAX_BYTES ? OTHERS : this.more(bytes.length - position);
    const head = readHead(bytes.toString('latin1', position, end));
    if (!head || !this.takes(head)) return OTHERS;
    this.head = head;
    return end + END_OF_HEAD.length;
  }

  private readSized(bytes: Buffer, position: number, length: number): number {
    if (length > this.bodyMaxBytes) throw new MalformedBody(`a message of ${length} bytes`);
    if (bytes.length - position < length) return this.more(length - 1);
    this.keep(bytes.subarray(position, position + length));
    this.bodyEnds = true;
    return position + length;
  }

  /** The last chunk is an empty one. */
  private readChunk(bytes: Buffer, position: number): number {
    const endOfLine = bytes.indexOf('\r\n', position, 'latin1');
    if (endOfLine < 0 || endOfLine - position > CHUNK_LINE_MAX_BYTES) {
      if (bytes.length - position > CHUNK_LINE_MAX_BYTES) throw new MalformedBody('a chunk without a length');
      return this.more(bytes.length - position);
    }
    const size = chunkSize(bytes.toString('latin1', position, endOfLine));
    if (size + this.partsSize > this.bodyMaxBytes)
      throw new MalformedBody(`a message of more than ${size} bytes`);
    const begin = endOfLine + 2;
    const end = begin + size + 2;
    if (bytes.length < end) return this.more(end - position - 1);
    if (bytes[end - 2] !== 0x0d || bytes[end - 1] !== 0x0a)
      throw new MalformedBody('a chunk of another length');
    this.keep(bytes.subarray(begin, end - 2));
    this.bodyEnds = size === 0;
    return end;
  }

  /** Asks for more bytes than those present. */
  private more(present: number): number {
    this.wanted = present + 1;
    return MORE;
  }

  private keep(part: Buffer): void {
    if (part.length === 0) return;
    this.parts.push(Buffer.from(part));
    this.partsSize += part.length;
  }

  private body(): Buffer {
    const [first = Buffer.alloc(0)] = this.parts;
    const body = this.parts.length < 2 ? first : Buffer.concat(this.parts);
    this.parts = [];
    this.partsSize = 0;
    return body;
  }
}

/** The length of a chunk from its first line. Extensions are ignored; trailers are an error (RFC 9112 7.1). */
function chunkSize(line: string): number {
  const [, digits] = /^([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?$/.exec(line) ?? [];
  if (digits === undefined) throw new MalformedBody('a chunk without a length');
  return Number.parseInt(digits, 16);
}
