/**
 * Reads the sections behind the first question of a request: more questions, records, and the OPT record of EDNS (RFC 6891)
 * with its cookie (RFC 7873).
 */

const TYPE_OPT = 41;
const OPTION_COOKIE = 10;
const COOKIE_MIN = 8;
const COOKIE_MAX = 40;

export interface Edns {
  readonly payloadBytes: number;
  readonly version: number;
  /** The DO bit, which the reply repeats. */
  readonly dnssecOk: boolean;
  /** The client's cookie and perhaps ours after it. */
  readonly cookie: Buffer | undefined;
  /** True when there are no options at all. */
  readonly plain: boolean;
}

export interface SectionsOptions {
  /** The number of questions before the records. */
  readonly questions: number;
  /** True when records that are announced may be missing when the message ends before them. */
  readonly lenient: boolean;
}

/** Reads everything from `start` on, and returns the EDNS values among it. */
export function readSections(
  bytes: Buffer,
  start: number,
  { questions, lenient }: SectionsOptions,
): { readonly edns: Edns | undefined } | 'malformed' {
  const before = bytes.readUInt16BE(6) + bytes.readUInt16BE(8);
  const count = before + bytes.readUInt16BE(10);
  let edns: Edns | undefined;
  let offset = start;
  for (let index = 0; index < questions; index++) {
    const fixed = skipName(bytes, offset);
    if (fixed === undefined || bytes.length - fixed === 1) return 'malformed';
    offset = Math.min(fixed + 4, bytes.length);
  }
  for (let index = 0; index < count; index++) {
    if (lenient && offset === bytes.length) break;
    const fixed = skipName(bytes, offset);
    if (fixed === undefined || fixed + 10 > bytes.length) return 'malformed';
    const next = fixed + 10 + bytes.readUInt16BE(fixed + 8);
    if (next > bytes.length) return 'malformed';
    if (index >= before && bytes.readUInt16BE(fixed) === TYPE_OPT) {
      if (edns || fixed !== offset + 1) return 'malformed';
      edns = readEdns(bytes, fixed, next);
      if (!edns) return 'malformed';
    }
    offset = next;
  }
  return { edns };
}

function readEdns(bytes: Buffer, fixed: number, end: number): Edns | undefined {
  let cookie: Buffer | undefined;
  let offset = fixed + 10;
  while (offset < end) {
    if (offset + 4 > end) return undefined;
    const next = offset + 4 + bytes.readUInt16BE(offset + 2);
    if (next > end) return undefined;
    if (bytes.readUInt16BE(offset) === OPTION_COOKIE) {
      const size = next - offset - 4;
      if (size !== COOKIE_MIN && (size < 2 * COOKIE_MIN || size > COOKIE_MAX)) return undefined;
      cookie ??= bytes.subarray(offset + 4, next);
    }
    offset = next;
  }
  return {
    payloadBytes: bytes.readUInt16BE(fixed + 2),
    version: bytes[fixed + 5] ?? 0,
    dnssecOk: ((bytes[fixed + 6] ?? 0) & 0x80) !== 0,
    cookie,
    plain: end === fixed + 10,
  };
}

/**
 * The offset behind a record's name; undefined when it does not end. A pointer ends it; its target does not matter here.
 */
export function skipName(bytes: Buffer, start: number): number | undefined {
  let offset = start;
  for (;;) {
    const length = bytes[offset];
    if (length === undefined) return undefined;
    if (length >= 0xc0) return offset + 2 <= bytes.length ? offset + 2 : undefined;
    if (length > 63) return undefined;
    offset += 1 + length;
    if (length === 0) return offset;
  }
}
