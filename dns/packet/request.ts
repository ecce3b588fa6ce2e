/**
 * Reading a question off the wire, without making more of it than the answer needs.
 *
 * Always true: no bytes whatever make this throw or loop; a request that is handed on has one whole question
 * and at most one OPT record.
 */

export const HEADER_BYTES = 12;
/** What an asker takes over UDP without saying more (RFC 1035). */
export const PLAIN_UDP_BYTES = 512;

const NAME_MAX = 255;
const TYPE_OPT = 41;
const FLAG_QR = 0x8000;

export interface Edns {
  readonly payloadBytes: number;
  readonly version: number;
  /** The DO bit, which the reply repeats. */
  readonly dnssecOk: boolean;
}

export interface Request {
  readonly bytes: Buffer;
  readonly flags: number;
  readonly opcode: number;
  /** The name in lower case and the two octets of the type: the key of prepared answers. */
  readonly key: string;
  readonly type: number;
  readonly class: number;
  /** Where the question ends. */
  readonly end: number;
  readonly edns: Edns | undefined;
}

export type Reading =
  | { readonly kind: 'request'; readonly request: Request }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'ignored' };

const MALFORMED: Reading = { kind: 'malformed' };
const IGNORED: Reading = { kind: 'ignored' };
const scratch = Buffer.alloc(NAME_MAX + 2);

/** Reads one message. Replies and scraps are ignored; what is no question is malformed. */
export function readRequest(bytes: Buffer): Reading {
  if (bytes.length < HEADER_BYTES) return IGNORED;
  const flags = bytes.readUInt16BE(2);
  if ((flags & FLAG_QR) !== 0) return IGNORED;
  const opcode = (flags >> 11) & 15;
  if (bytes.readUInt16BE(4) !== 1) return MALFORMED;
  const nameBytes = lowerName(bytes);
  const end = HEADER_BYTES + nameBytes + 4;
  if (nameBytes === 0 || end > bytes.length) return MALFORMED;
  bytes.copy(scratch, nameBytes, end - 4, end - 2);
  const edns = bytes.readUInt16BE(10) === 0 ? undefined : findEdns(bytes, end);
  if (edns === 'malformed') return MALFORMED;
  return {
    kind: 'request',
    request: {
      bytes,
      flags,
      opcode,
      key: scratch.toString('latin1', 0, nameBytes + 2),
      type: bytes.readUInt16BE(end - 4),
      class: bytes.readUInt16BE(end - 2),
      end,
      edns,
    },
  };
}

/** The wire name in a request's key. */
export function keyName(key: string): string {
  return key.slice(0, -2);
}

/** Copies the name in lower case to the scratch space. Returns its length, 0 when it is none. */
function lowerName(bytes: Buffer): number {
  let at = HEADER_BYTES;
  for (;;) {
    const length = bytes[at];
    // Longer ones are pointers, which can point at nothing before the first name, or reserved.
    if (length === undefined || length > 63) return 0;
    const next = at + 1 + length;
    if (next - HEADER_BYTES > NAME_MAX || next > bytes.length) return 0;
    scratch[at - HEADER_BYTES] = length;
    for (let i = at + 1; i < next; i++) {
      const octet = bytes[i] ?? 0;
      scratch[i - HEADER_BYTES] = octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
    }
    at = next;
    if (length === 0) return at - HEADER_BYTES;
  }
}

function findEdns(bytes: Buffer, start: number): Edns | undefined | 'malformed' {
  const before = bytes.readUInt16BE(6) + bytes.readUInt16BE(8);
  const count = before + bytes.readUInt16BE(10);
  let found: Edns | undefined;
  let at = start;
  for (let index = 0; index < count; index++) {
    const fixed = skipName(bytes, at);
    if (fixed === undefined || fixed + 10 > bytes.length) return 'malformed';
    const next = fixed + 10 + bytes.readUInt16BE(fixed + 8);
    if (next > bytes.length) return 'malformed';
    if (index >= before && bytes.readUInt16BE(fixed) === TYPE_OPT) {
      if (found || fixed !== at + 1) return 'malformed';
      found = readEdns(bytes, fixed);
    }
    at = next;
  }
  return found;
}

function readEdns(bytes: Buffer, fixed: number): Edns {
  return {
    payloadBytes: bytes.readUInt16BE(fixed + 2),
    version: bytes[fixed + 5] ?? 0,
    dnssecOk: ((bytes[fixed + 6] ?? 0) & 0x80) !== 0,
  };
}

/** Where a record's name ends. A pointer ends it; where that points does not matter here. */
function skipName(bytes: Buffer, start: number): number | undefined {
  let at = start;
  for (;;) {
    const length = bytes[at];
    if (length === undefined) return undefined;
    if (length >= 0xc0) return at + 2;
    if (length > 63) return undefined;
    at += 1 + length;
    if (length === 0) return at;
  }
}
