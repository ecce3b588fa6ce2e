/**
 * RecordIO framing of the Mesos v1 streams: `<decimal length>\n<bytes>`, nothing after the record.
 * Lengths count bytes. The decoder is a machine: chunks in, records out, whatever the chunk borders.
 */

/** Longest record accepted unless told otherwise: a SUBSCRIBED snapshot of a big cluster fits. */
export const RECORD_MAX_BYTES = 512 * 1024 * 1024;

const NEWLINE = 0x0a;
const LENGTH_DIGITS_MAX = 20;

/** One record, ready for the wire. */
export function encodeRecord(payload: Uint8Array | string): Buffer {
  const body = typeof payload === 'string' ? Buffer.from(payload) : payload;
  return Buffer.concat([Buffer.from(`${body.byteLength}\n`), body]);
}

/** Thrown by feed for bytes that are not RecordIO; the decoder cannot be used afterwards. */
export class RecordError extends Error {}

export class RecordDecoder {
  private header = '';
  private parts: Buffer[] = [];
  private missing = -1;

  constructor(private readonly recordMaxBytes = RECORD_MAX_BYTES) {}

  /** Takes the next bytes and returns the records they complete. */
  feed(chunk: Uint8Array): Buffer[] {
    const records: Buffer[] = [];
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    while (rest.length > 0) {
      if (this.missing < 0) rest = this.readHeader(rest);
      if (this.missing >= 0) rest = this.readBody(rest, records);
    }
    return records;
  }

  private readHeader(bytes: Buffer): Buffer {
    const end = bytes.indexOf(NEWLINE);
    this.header += bytes.toString('latin1', 0, end < 0 ? Math.min(bytes.length, 32) : end);
    if (
      this.header.length > LENGTH_DIGITS_MAX ||
      (end >= 0 && this.header === '') ||
      /[^0-9]/.test(this.header)
    ) {
      throw new RecordError(`not a record length: ${JSON.stringify(this.header.slice(0, 32))}`);
    }
    if (end < 0) return bytes.subarray(bytes.length);
    this.missing = Number(this.header);
    this.header = '';
    if (this.missing > this.recordMaxBytes) {
      throw new RecordError(`a record of ${this.missing} bytes is over the limit of ${this.recordMaxBytes}`);
    }
    return bytes.subarray(end + 1);
  }

  private readBody(bytes: Buffer, records: Buffer[]): Buffer {
    const part = bytes.subarray(0, this.missing);
    this.parts.push(part);
    this.missing -= part.length;
    if (this.missing === 0) {
      records.push(Buffer.concat(this.parts));
      this.parts = [];
      this.missing = -1;
    }
    return bytes.subarray(part.length);
  }
}
