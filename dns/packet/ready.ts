/**
 * Prepared answers: records encoded once, put together for each reply by copying and patching.
 *
 * A reply differs from the last one to the same question in id, flags, the spelling of the name, the order of the
 * records and the room there is. Owners are pointers to the question's name, to the domain inside it, or to the
 * target of an SRV record; these offsets are all that is computed.
 */

import { wireName } from './names';
import { encodeTail, type PacketRecord, targetOffset } from './record';
import { HEADER_BYTES, type Request } from './request';

const POINTER_BYTES = 2;
const POINTER_MAX = 0x3fff;
const OPT_BYTES = 11;

const FLAG_QR = 0x8000;
const FLAG_AA = 0x0400;
const FLAG_TC = 0x0200;
const FLAG_RA = 0x0080;
/** Opcode, RD and CD come back as they came. */
const FLAGS_KEPT = 0x7800 | 0x0100 | 0x0010;

interface Piece {
  readonly tail: Buffer;
}

interface NamedPiece extends Piece {
  readonly owner: Buffer;
  /** The answer whose target is the owner, and where that stands in its tail. */
  readonly answer: number;
  readonly offset: number;
}

export interface Ready {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly Piece[];
  /** Owned by the domain. */
  readonly authority: readonly Piece[];
  readonly additional: readonly NamedPiece[];
  readonly domainBytes: number;
  /** The most octets that all of it can take. */
  readonly bytes: number;
}

export interface ReplyOptions {
  /** The longest reply allowed. */
  readonly limit: number;
  /** Where to begin among the answers: another number, another order. */
  readonly turn: number;
  readonly recursion: boolean;
  /** What we accept over UDP, told to askers that use EDNS. */
  readonly payloadBytes: number;
}

/** Encodes an answer to a question about a name of the domain. */
export function prepareAnswer(
  answer: {
    readonly rcode: number;
    readonly answers: readonly PacketRecord[];
    readonly authority: readonly PacketRecord[];
    readonly additional: readonly PacketRecord[];
  },
  domain: string,
): Ready {
  const targets = new Map<string, { answer: number; offset: number }>();
  for (const [index, record] of answer.answers.entries()) {
    const offset = targetOffset(record);
    if (offset !== undefined && 'target' in record) targets.set(record.target, { answer: index, offset });
  }
  const piece = (record: PacketRecord): Piece => ({ tail: encodeTail(record) });
  const answers = answer.answers.map(piece);
  const authority = answer.authority.map(piece);
  const additional = answer.additional.flatMap((record): NamedPiece[] => {
    const target = targets.get(record.name);
    return target
      ? [{ ...piece(record), ...target, owner: Buffer.from(wireName(record.name), 'latin1') }]
      : [];
  });
  const size = (pieces: readonly Piece[]): number =>
    pieces.reduce((sum, { tail }) => sum + tail.length + POINTER_BYTES, 0);
  const owners = additional.reduce((sum, { owner }) => sum + owner.length, 0);
  return {
    rcode: answer.rcode,
    authoritative: true,
    answers,
    authority,
    additional,
    domainBytes: wireName(domain).length,
    bytes: size(answers) + size(authority) + size(additional) + owners,
  };
}

/** A reply that only says a code. */
export function bareAnswer(rcode: number): Ready {
  return {
    rcode,
    authoritative: false,
    answers: [],
    authority: [],
    additional: [],
    domainBytes: 0,
    bytes: 0,
  };
}

/** Twelve octets for a message whose question could not be read. */
export function encodeFormatError(bytes: Buffer): Buffer {
  const reply = Buffer.alloc(HEADER_BYTES);
  bytes.copy(reply, 0, 0, 2);
  reply.writeUInt16BE(FLAG_QR | (bytes.readUInt16BE(2) & FLAGS_KEPT) | 1, 2);
  return reply;
}

/** Puts the reply together. Never longer than the limit: answers that do not fit are left out and TC is set. */
export function encodeReply(ready: Ready, request: Request, options: ReplyOptions): Buffer {
  const optBytes = request.edns ? OPT_BYTES : 0;
  const room = options.limit - optBytes;
  const out = Buffer.allocUnsafe(Math.min(options.limit, request.end + ready.bytes + optBytes));
  request.bytes.copy(out, 0, 0, request.end);
  const body = writeBody(out, ready, request, { room, turn: options.turn });
  const end = request.edns ? writeOpt(out, body.end, ready.rcode, request, options.payloadBytes) : body.end;
  const flags =
    FLAG_QR |
    (request.flags & FLAGS_KEPT) |
    (ready.authoritative ? FLAG_AA : 0) |
    (body.truncated ? FLAG_TC : 0) |
    (options.recursion ? FLAG_RA : 0) |
    (ready.rcode & 15);
  out.writeUInt16BE(flags, 2);
  out.writeUInt16BE(body.answers, 6);
  out.writeUInt16BE(body.authority, 8);
  out.writeUInt16BE(body.additional + (request.edns ? 1 : 0), 10);
  return out.subarray(0, end);
}

interface Body {
  end: number;
  answers: number;
  authority: number;
  additional: number;
  truncated: boolean;
}

function writeBody(
  out: Buffer,
  ready: Ready,
  request: Request,
  { room, turn }: { room: number; turn: number },
): Body {
  const body: Body = { end: request.end, answers: 0, authority: 0, additional: 0, truncated: false };
  const starts = writeAnswers(out, ready.answers, body, { room, turn });
  if (body.truncated) return body;
  const domainAt = request.end - 4 - ready.domainBytes;
  for (const { tail } of ready.authority) {
    if (body.end + POINTER_BYTES + tail.length > room) {
      body.truncated = true;
      return body;
    }
    body.end = writeOwned(out, body.end, domainAt, tail);
    body.authority++;
  }
  for (const piece of ready.additional) if (!writeNamed(out, piece, starts, body, room)) break;
  return body;
}

/** Writes the answers, beginning at the turn, and returns where each of them starts. */
function writeAnswers(
  out: Buffer,
  pieces: readonly Piece[],
  body: Body,
  { room, turn }: { room: number; turn: number },
): number[] {
  const starts: number[] = [];
  const count = pieces.length;
  let index = count > 1 ? turn % count : 0;
  for (let written = 0; written < count; written++) {
    const tail = pieces[index]?.tail;
    if (!tail || body.end + POINTER_BYTES + tail.length > room) {
      body.truncated = true;
      break;
    }
    starts[index] = body.end;
    body.end = writeOwned(out, body.end, HEADER_BYTES, tail);
    body.answers++;
    index = index + 1 === count ? 0 : index + 1;
  }
  return starts;
}

function writeOwned(out: Buffer, at: number, owner: number, tail: Buffer): number {
  out.writeUInt16BE(0xc000 | owner, at);
  return at + POINTER_BYTES + tail.copy(out, at + POINTER_BYTES);
}

/** One additional record; false when there is no room. Its absence needs no TC (RFC 2181, section 9). */
function writeNamed(
  out: Buffer,
  { tail, owner, answer, offset }: NamedPiece,
  starts: readonly number[],
  body: Body,
  room: number,
): boolean {
  const target = (starts[answer] ?? POINTER_MAX) + POINTER_BYTES + offset;
  const pointed = target <= POINTER_MAX;
  const size = (pointed ? POINTER_BYTES : owner.length) + tail.length;
  if (body.end + size > room) return false;
  if (pointed) body.end = writeOwned(out, body.end, target, tail);
  else {
    body.end += owner.copy(out, body.end);
    body.end += tail.copy(out, body.end);
  }
  body.additional++;
  return true;
}

/** The OPT record of RFC 6891: our payload size, the high bits of the code, version 0, the asker's DO bit. */
function writeOpt(out: Buffer, at: number, rcode: number, request: Request, payloadBytes: number): number {
  out[at] = 0;
  out.writeUInt16BE(41, at + 1);
  out.writeUInt16BE(payloadBytes, at + 3);
  out[at + 5] = (rcode >> 4) & 255;
  out[at + 6] = 0;
  out.writeUInt16BE(request.edns?.dnssecOk ? 0x8000 : 0, at + 7);
  out.writeUInt16BE(0, at + 9);
  return at + OPT_BYTES;
}
