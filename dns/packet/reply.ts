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
  writeWithOwner,
} from './authority';
import { compressedSize, type WrittenName, writeName } from './compress';
import { cutFailure } from './failure';
import { FLAG_AA, FLAG_QR, FLAG_RA, FLAG_TC, FLAGS_KEPT } from './flags';
import {
  type AdditionalRecord,
  type AnswerRecord,
  POINTER_BYTES,
  type PreparedAnswer,
} from './prepared-answer';
import { HEADER_BYTES, type Request } from './request';

const POINTER_MAX = 0x3fff;
const OPT_BYTES = 11;
const NO_STARTS: number[] = [];

export interface ReplyOptions {
  /** The longest reply allowed. */
  readonly limit: number;
  /** The rotation: the number of the answer to begin with. */
  readonly rotation: number;
  readonly recursion: boolean;
  /** The UDP payload size that we accept, told to clients that use EDNS. */
  readonly payloadBytes: number;
  /** True when a reply that was cut says so. */
  readonly setsTruncateBit: boolean;
  /** The cookie option for the OPT record. */
  readonly cookie?: Buffer | undefined;
}

/** Puts the reply together. Never longer than the limit: what does not fit is left out, and TC is set. */
export function encodeReply(prepared: PreparedAnswer, request: Request, options: ReplyOptions): Buffer {
  const { cookie } = options;
  const optBytes = request.edns ? OPT_BYTES + (cookie?.length ?? 0) : 0;
  if (options.limit < request.end + optBytes) return cutFailure(request, prepared.rcode & 15);
  const whole = request.end + prepared.bytes + optBytes;
  const out = Buffer.allocUnsafe(Math.min(options.limit, whole));
  request.bytes.copy(out, 0, 0, request.end);
  const body = writeBody(out, prepared, request, options.limit - optBytes, options.rotation);
  const end = request.edns ? writeOpt(out, body.end, prepared.rcode, request, options) : body.end;
  const flags =
    FLAG_QR |
    (request.flags & FLAGS_KEPT) |
    (prepared.authoritative ? FLAG_AA : 0) |
    (body.truncated && options.setsTruncateBit ? FLAG_TC : 0) |
    (options.recursion ? FLAG_RA : 0) |
    (prepared.rcode & 15);
  out.writeUInt16BE(flags, 2);
  // The question may have been one of several, and records may have followed it.
  out.writeUInt16BE(1, 4);
  out.writeUInt16BE(body.answers, 6);
  out.writeUInt16BE(body.authority, 8);
  out.writeUInt16BE(body.additional + (request.edns ? 1 : 0), 10);
  return out.subarray(0, end);
}

function writeBody(
  out: Buffer,
  prepared: PreparedAnswer,
  request: Request,
  room: number,
  rotation: number,
): Body {
  const body: Body = { end: request.end, answers: 0, authority: 0, additional: 0, truncated: false };
  const { authority, answers, answerSection: run, asOriginal } = prepared;
  const overLimit = request.end + prepared.bytes > room;
  const hasOwners = run === undefined && answers.length > 0;
  const needsAuthoritySizing = authority.length > 0 && (overLimit || hasOwners);
  const writtenNames = needsAuthoritySizing || hasOwners ? [questionName(request)] : NO_WRITTEN_NAMES;
  // The original gives authority records their room first.
  const reservedBytes =
    needsAuthoritySizing && overLimit && asOriginal ? authorityBytes(prepared, writtenNames) : 0;
  const starts = writeAnswers(out, prepared, body, { room: room - reservedBytes, rotation }, writtenNames);
  if (needsAuthoritySizing) writeAuthority(out, { prepared, request, writtenNames }, body, room);
  else if (authority.length > 0) copyAuthority(out, prepared, request, body);
  if (body.truncated || prepared.additional.length === 0) return body;
  const { end } = body;
  const complete = writeAdditional(out, prepared, starts, body, { room, rotation });
  // The original leaves all additional records out when one does not fit, and says so.
  if (complete || !asOriginal) return body;
  body.end = end;
  body.additional = 0;
  body.truncated = true;
  return body;
}

const NO_WRITTEN_NAMES: WrittenName[] = [];

interface Layout {
  readonly room: number;
  readonly rotation: number;
}

/** Writes the answers, beginning at the turn, and returns where each of them starts. */
function writeAnswers(
  out: Buffer,
  prepared: PreparedAnswer,
  body: Body,
  { room, rotation }: Layout,
  writtenNames: WrittenName[],
): number[] {
  const { answers, answerSection: run } = prepared;
  if (run && body.end + run.bytes.length <= room)
    return writeAnswerSection(out, run, body, prepared, rotation);
  const starts: number[] = [];
  const count = answers.length;
  let index = count > 1 ? rotation % count : 0;
  for (let written = 0; written < count; written++) {
    const record = answers[index];
    const ownerBytes = record?.owner ? compressedSize(record.owner, writtenNames) : POINTER_BYTES;
    const size = ownerBytes + (record?.recordBody.length ?? 0);
    const left = room - body.end - size;
    // The original's cut replies are shorter than the limit, and never as long.
    if (!record || left < 0 || (left === 0 && prepared.asOriginal && written + 1 < count)) {
      body.truncated = true;
      break;
    }
    starts[index] = body.end;
    body.end = writeAnswerRecord(out, body.end, record, writtenNames);
    body.answers++;
    index = index + 1 === count ? 0 : index + 1;
  }
  return starts;
}

/** Writes all answers in two copies: from the turn to the end, and from the beginning to the turn. */
function writeAnswerSection(
  out: Buffer,
  { bytes, starts }: NonNullable<PreparedAnswer['answerSection']>,
  body: Body,
  prepared: PreparedAnswer,
  rotation: number,
): number[] {
  const count = starts.length;
  const cut = count > 1 ? (starts[rotation % count] ?? 0) : 0;
  const begin = body.end;
  bytes.copy(out, begin, cut);
  if (cut > 0) bytes.copy(out, begin + bytes.length - cut, 0, cut);
  body.end += bytes.length;
  body.answers = count;
  if (prepared.additional.length === 0) return NO_STARTS;
  return starts.map((start) => begin + (start >= cut ? start - cut : start + bytes.length - cut));
}

function writeAnswerRecord(
  out: Buffer,
  offset: number,
  { owner, recordBody }: AnswerRecord,
  writtenNames: WrittenName[],
): number {
  if (!owner) return writeWithOwner(out, offset, HEADER_BYTES, recordBody);
  const after = writeName(out, offset, owner, writtenNames);
  return after + recordBody.copy(out, after);
}

/** Writes additional records as long as there is room. Returns whether all are there. */
function writeAdditional(
  out: Buffer,
  prepared: PreparedAnswer,
  starts: readonly number[],
  body: Body,
  { room, rotation }: Layout,
): boolean {
  for (const { a, aaaa } of prepared.additional) {
    for (const records of [a, aaaa]) {
      const chosen =
        prepared.asOriginal && records.length > 1
          ? records.slice(rotation % records.length).slice(0, 1)
          : records;
      for (const record of chosen) if (!writeAdditionalRecord(out, record, starts, body, room)) return false;
    }
  }
  return true;
}

/** One additional record; false when there is no room. By the standards its absence needs no TC (RFC 2181, section 9). */
function writeAdditionalRecord(
  out: Buffer,
  { recordBody, owner, answer, offset }: AdditionalRecord,
  starts: readonly number[],
  body: Body,
  room: number,
): boolean {
  const target = (starts[answer] ?? POINTER_MAX) + POINTER_BYTES + offset;
  const pointed = target <= POINTER_MAX;
  const size = (pointed ? POINTER_BYTES : owner.length) + recordBody.length;
  if (body.end + size > room) return false;
  if (pointed) body.end = writeWithOwner(out, body.end, target, recordBody);
  else {
    body.end += owner.copy(out, body.end);
    body.end += recordBody.copy(out, body.end);
  }
  body.additional++;
  return true;
}

/** The OPT record of RFC 6891: our payload size, the high bits of the code, version 0, the client's DO bit. */
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
