/**
 * Replies: a prepared answer put together for one request by copying and patching.
 *
 * A reply differs from the last one to the same question in id, flags, the spelling of the name, the order of the
 * records and the room there is. Owners are pointers to the question's name, to the domain inside it, or to the
 * target of an SRV record; these offsets are all that is computed, and those of the names in SOA and NS records.
 */

import {
  authorityBytes,
  type Body,
  copyAuthority,
  questionName,
  writeAuthority,
  writeOwned,
} from './authority';
import { type Standing, sizeOf, writeName } from './compress';
import { cutFailure } from './failure';
import { FLAG_AA, FLAG_QR, FLAG_RA, FLAG_TC, FLAGS_KEPT } from './flags';
import { type NamedPiece, type Piece, POINTER_BYTES, type Ready } from './ready';
import { HEADER_BYTES, type Request } from './request';

const POINTER_MAX = 0x3fff;
const OPT_BYTES = 11;
const NO_STARTS: number[] = [];

export interface ReplyOptions {
  /** The longest reply allowed. */
  readonly limit: number;
  /** The rotation: the number of the answer to begin with. */
  readonly turn: number;
  readonly recursion: boolean;
  /** The UDP payload size that we accept, told to clients that use EDNS. */
  readonly payloadBytes: number;
  /** True when a reply that was cut says so. */
  readonly tellCut: boolean;
  /** The cookie option for the OPT record. */
  readonly cookie?: Buffer | undefined;
}

/** Puts the reply together. Never longer than the limit: what does not fit is left out, and TC is set. */
export function encodeReply(ready: Ready, request: Request, options: ReplyOptions): Buffer {
  const { cookie } = options;
  const optBytes = request.edns ? OPT_BYTES + (cookie?.length ?? 0) : 0;
  if (options.limit < request.end + optBytes) return cutFailure(request, ready.rcode & 15);
  const whole = request.end + ready.bytes + optBytes;
  const out = Buffer.allocUnsafe(Math.min(options.limit, whole));
  request.bytes.copy(out, 0, 0, request.end);
  const body = writeBody(out, ready, request, options.limit - optBytes, options.turn);
  const end = request.edns ? writeOpt(out, body.end, ready.rcode, request, options) : body.end;
  const flags =
    FLAG_QR |
    (request.flags & FLAGS_KEPT) |
    (ready.authoritative ? FLAG_AA : 0) |
    (body.truncated && options.tellCut ? FLAG_TC : 0) |
    (options.recursion ? FLAG_RA : 0) |
    (ready.rcode & 15);
  out.writeUInt16BE(flags, 2);
  // The question may have been one of several, and records may have followed it.
  out.writeUInt16BE(1, 4);
  out.writeUInt16BE(body.answers, 6);
  out.writeUInt16BE(body.authority, 8);
  out.writeUInt16BE(body.additional + (request.edns ? 1 : 0), 10);
  return out.subarray(0, end);
}

function writeBody(out: Buffer, ready: Ready, request: Request, room: number, turn: number): Body {
  const body: Body = { end: request.end, answers: 0, authority: 0, additional: 0, truncated: false };
  const { authority, answers, run, asOriginal } = ready;
  const tight = request.end + ready.bytes > room;
  const owned = run === undefined && answers.length > 0;
  const careful = authority.length > 0 && (tight || owned);
  const standing = careful || owned ? [questionName(request)] : NO_STANDING;
  // The original gives authority records their room first.
  const authorityRoom = careful && tight && asOriginal ? authorityBytes(ready, standing) : 0;
  const starts = writeAnswers(out, ready, body, { room: room - authorityRoom, turn }, standing);
  if (careful) writeAuthority(out, { ready, request, standing }, body, room);
  else if (authority.length > 0) copyAuthority(out, ready, request, body);
  if (body.truncated || ready.additional.length === 0) return body;
  const { end } = body;
  const complete = writeAdditional(out, ready, starts, body, { room, turn });
  // The original leaves all additional records out when one does not fit, and says so.
  if (complete || !asOriginal) return body;
  body.end = end;
  body.additional = 0;
  body.truncated = true;
  return body;
}

const NO_STANDING: Standing[] = [];

interface Place {
  readonly room: number;
  readonly turn: number;
}

/** Writes the answers, beginning at the turn, and returns where each of them starts. */
function writeAnswers(
  out: Buffer,
  ready: Ready,
  body: Body,
  { room, turn }: Place,
  standing: Standing[],
): number[] {
  const { answers, run } = ready;
  if (run && body.end + run.bytes.length <= room) return writeRun(out, run, body, ready, turn);
  const starts: number[] = [];
  const count = answers.length;
  let index = count > 1 ? turn % count : 0;
  for (let written = 0; written < count; written++) {
    const piece = answers[index];
    const owned = piece?.owner ? sizeOf(piece.owner, standing) : POINTER_BYTES;
    const size = owned + (piece?.tail.length ?? 0);
    const left = room - body.end - size;
    // The original's cut replies are shorter than the limit, and never as long.
    if (!piece || left < 0 || (left === 0 && ready.asOriginal && written + 1 < count)) {
      body.truncated = true;
      break;
    }
    starts[index] = body.end;
    body.end = writePiece(out, body.end, piece, standing);
    body.answers++;
    index = index + 1 === count ? 0 : index + 1;
  }
  return starts;
}

/** Writes all answers in two copies: from the turn to the end, and from the beginning to the turn. */
function writeRun(
  out: Buffer,
  { bytes, starts }: NonNullable<Ready['run']>,
  body: Body,
  ready: Ready,
  turn: number,
): number[] {
  const count = starts.length;
  const cut = count > 1 ? (starts[turn % count] ?? 0) : 0;
  const begin = body.end;
  bytes.copy(out, begin, cut);
  if (cut > 0) bytes.copy(out, begin + bytes.length - cut, 0, cut);
  body.end += bytes.length;
  body.answers = count;
  if (ready.additional.length === 0) return NO_STARTS;
  return starts.map((start) => begin + (start >= cut ? start - cut : start + bytes.length - cut));
}

function writePiece(out: Buffer, offset: number, { owner, tail }: Piece, standing: Standing[]): number {
  if (!owner) return writeOwned(out, offset, HEADER_BYTES, tail);
  const after = writeName(out, offset, owner, standing);
  return after + tail.copy(out, after);
}

/** Writes additional records as long as there is room. Returns whether all are there. */
function writeAdditional(
  out: Buffer,
  ready: Ready,
  starts: readonly number[],
  body: Body,
  { room, turn }: Place,
): boolean {
  for (const { a, aaaa } of ready.additional) {
    for (const pieces of [a, aaaa]) {
      const chosen =
        ready.asOriginal && pieces.length > 1 ? pieces.slice(turn % pieces.length).slice(0, 1) : pieces;
      for (const piece of chosen) if (!writeNamed(out, piece, starts, body, room)) return false;
    }
  }
  return true;
}

/** One additional record; false when there is no room. By the standards its absence needs no TC (RFC 2181, section 9). */
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
function writeOpt(
  out: Buffer,
  offset: number,
  rcode: number,
  request: Request,
  { payloadBytes, cookie }: ReplyOptions,
): number {
  out[offset] = 0;
  out.writeUInt16BE(41, offset + 1);
  out.writeUInt16BE(payloadBytes, offset + 3);
  out[offset + 5] = (rcode >> 4) & 255;
  out[offset + 6] = 0;
  out.writeUInt16BE(request.edns?.dnssecOk ? 0x8000 : 0, offset + 7);
  out.writeUInt16BE(cookie?.length ?? 0, offset + 9);
  return offset + OPT_BYTES + (cookie ? cookie.copy(out, offset + OPT_BYTES) : 0);
}
