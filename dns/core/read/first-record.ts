/**
 * Reads the first record of a RecordIO stream, and hands it on while it arrives instead of keeping all of it.
 */

const NEWLINE = 0x0a;
const ZERO = 0x30;
const NINE = 0x39;
/** The limit of every record. */
const RECORD_MAX_BYTES = 512 * 1024 * 1024;

export interface FirstRecord {
  /** Takes the next bytes. Returns the bytes after the record once it has ended. Throws for bytes that are not RecordIO. */
  feed(chunk: Uint8Array): Uint8Array | undefined;
}

/** Creates a reader that hands the bytes of the record on to `body`. */
export function createFirstRecord(body: (chunk: Uint8Array) => void): FirstRecord {
  let length = 0;
  let digits = 0;
  let inBody = false;
  const readLength = (chunk: Uint8Array): number => {
    for (const [index, byte] of chunk.entries()) {
      if (byte === NEWLINE && digits > 0) {
        inBody = true;
        return index + 1;
      }
      length = length * 10 + byte - ZERO;
      if (byte < ZERO || byte > NINE || ++digits > 12 || length > RECORD_MAX_BYTES)
        throw new Error('the stream does not begin with the length of a record');
    }
    return chunk.length;
  };
  const feed = (chunk: Uint8Array): Uint8Array | undefined => {
    const start = inBody ? 0 : readLength(chunk);
    if (!inBody) return undefined;
    const part = chunk.subarray(start, start + length);
    length -= part.length;
    body(part);
    return length === 0 ? chunk.subarray(start + part.length) : undefined;
  };
  return { feed };
}
