/**
 * Reads a question off the wire, without making more of it than the answer needs.
 *
 * Always true: no bytes whatever make this throw or loop; a request has one whole question without
 * pointers, and at most one OPT record.
 */

import { type Edns, readSections } from './request-sections';

export const HEADER_BYTES = 12;
/** The UDP payload size of a client without EDNS (RFC 1035). */
export const PLAIN_UDP_BYTES = 512;

const NAME_MAX = 255;
/** Pointers that are followed in one name. */
const POINTERS_MAX = 10;
const FLAG_QR = 0x8000;
const FLAG_TC = 0x0200;

export interface Request {
  /** The message; when it was written in an unusual way, one that asks the same in the usual way. */
  readonly bytes: Buffer;
  readonly flags: number;
  readonly opcode: number;
  /** The name in lower case and the two octets of the type: the key of prepared answers. */
  readonly key: string;
  readonly type: number;
  readonly class: number;
  /** The offset behind the question. */
  readonly end: number;
  readonly edns: Edns | undefined;
  /** The size of the message. */
  readonly size: number;
}

export type RequestReading =
  | { readonly kind: 'request'; readonly request: Request }
  | { readonly kind: 'malformed' }
  /** A message without a question. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'ignored' };

const MALFORMED: RequestReading = { kind: 'malformed' };
const EMPTY: RequestReading = { kind: 'empty' };
const IGNORED: RequestReading = { kind: 'ignored' };
const scratch = Buffer.alloc(NAME_MAX + 2);

/**
 * Reads one message. Replies and messages shorter than a header are ignored; other messages without a question are malformed.
 * The lenient way is the original's: the first of several questions counts, and records that are announced may be missing at
 * the end.
 */
export function readRequest(bytes: Buffer, lenient = false): RequestReading {
  if (bytes.length < HEADER_BYTES) return IGNORED;
  const flags = bytes.readUInt16BE(2);
  if ((flags & FLAG_QR) !== 0) return IGNORED;
  const nameBytes = bytes.readUInt16BE(4) === 1 ? lowerName(bytes) : 0;
  const end = HEADER_BYTES + nameBytes + 4;
  if (nameBytes === 0 || end > bytes.length || (lenient && (flags & FLAG_TC) !== 0))
    return lenient ? readUnusual(bytes, flags) : MALFORMED;
  bytes.copy(scratch, nameBytes, end - 4, end - 2);
  const more = end < bytes.length ? readSections(bytes, end, { questions: 0, lenient }) : undefined;
  if (more === 'malformed' || (more === undefined && !lenient && announcesRecords(bytes))) return MALFORMED;
  const request = {
    bytes,
    flags,
    opcode: (flags >> 11) & 15,
    key: scratch.toString('latin1', 0, nameBytes + 2),
    type: bytes.readUInt16BE(end - 4),
    class: bytes.readUInt16BE(end - 2),
    end,
    edns: more?.edns,
    size: bytes.length,
  };
  return { kind: 'request', request };
}

/** The wire name in a request's key. */
export function keyName(key: string): string {
  return key.slice(0, -2);
}

function announcesRecords(bytes: Buffer): boolean {
  return bytes.readUInt32BE(6) !== 0 || bytes.readUInt16BE(10) !== 0;
}

/** Copies the name in lower case to the scratch space. Returns its length, 0 when it is none or has pointers. */
function lowerName(bytes: Buffer): number {
  let offset = HEADER_BYTES;
  for (;;) {
    const length = bytes[offset];
    if (length === undefined || length > 63) return 0;
    const next = offset + 1 + length;
    if (next - HEADER_BYTES > NAME_MAX || next > bytes.length) return 0;
    scratch[offset - HEADER_BYTES] = length;
    for (let i = offset + 1; i < next; i++) {
      const octet = bytes[i] ?? 0;
      scratch[i - HEADER_BYTES] = octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
    }
    offset = next;
    if (length === 0) return offset - HEADER_BYTES;
  }
}

/** Reads messages that the original understands although they are not written as usual, by writing them anew. */
function readUnusual(bytes: Buffer, flags: number): RequestReading {
  const questions = bytes.readUInt16BE(4);
  if (bytes.length === HEADER_BYTES) return EMPTY;
  if ((flags & FLAG_TC) !== 0) return MALFORMED;
  if (questions === 0)
    return readSections(bytes, HEADER_BYTES, { questions, lenient: true }) === 'malformed'
      ? MALFORMED
      : EMPTY;
  const name = followName(bytes, HEADER_BYTES);
  if (!name) return MALFORMED;
  // The type and the class may be missing, or half of the class, but not half of the type.
  const left = Math.min(4, bytes.length - name.end);
  if (left === 1) return MALFORMED;
  const rest = readSections(bytes, name.end + left, { questions: questions - 1, lenient: true });
  if (rest === 'malformed') return MALFORMED;
  const usual = Buffer.alloc(HEADER_BYTES + name.wire.length + 4);
  bytes.copy(usual, 0, 0, 4);
  usual.writeUInt16BE(1, 4);
  name.wire.copy(usual, HEADER_BYTES);
  bytes.copy(usual, HEADER_BYTES + name.wire.length, name.end, name.end + (left === 3 ? 2 : left));
  const reading = readRequest(usual);
  if (reading.kind !== 'request') return MALFORMED;
  return { kind: 'request', request: { ...reading.request, edns: rest.edns, size: bytes.length } };
}

/** A name with its pointers followed (RFC 1035, section 4.1.4), and its end in the message. */
function followName(bytes: Buffer, start: number): { wire: Buffer; end: number } | undefined {
  const parts: Buffer[] = [];
  let size = 0;
  let end: number | undefined;
  let offset = start;
  for (let pointers = 0; pointers <= POINTERS_MAX; ) {
    const length = bytes[offset];
    if (length === undefined) return undefined;
    if (length >= 0xc0) {
      const low = bytes[offset + 1];
      if (low === undefined) return undefined;
      end ??= offset + 2;
      offset = ((length & 0x3f) << 8) | low;
      pointers++;
      continue;
    }
    size += 1 + length;
    if (length > 63 || size > NAME_MAX || offset + 1 + length > bytes.length) return undefined;
    parts.push(bytes.subarray(offset, offset + 1 + length));
    offset += 1 + length;
    if (length === 0) return { wire: Buffer.concat(parts), end: end ?? offset };
  }
  return undefined;
}
