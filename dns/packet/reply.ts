/**
 * Encodes replies: puts a prepared answer together for one request, by copying and patching.
 *
 * A reply differs from the last one to the same question in id, flags, the spelling of the name, the order of the records
 * and the size limit. Owner names are pointers to the question's name, to the domain inside it, or to the target of a SRV
 * record. These offsets are all that is computed, and those of the names in SOA and NS records.
 */

import {
  authorityBytes,
  copyAuthority,
  questionName,
  type ReplyProgress,
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
  /** True to set TC in a reply that was cut. */
  readonly setsTruncateBit: boolean;
  /** The cookie option for the OPT record. */
  readonly cookie?: Buffer | undefined;
}

/** Encodes the reply. It is never longer than the limit: records that do not fit are left out, and TC is set. */
export function encodeReply(prepared: PreparedAnswer, request: Request, options: ReplyOptions): Buffer {
  const { cookie } = options;
  const optBytes = request.edns ? OPT_BYTES + (cookie?.length ?? 0) : 0;
  if (options.limit < request.end + optBytes) return cutFailure(request, prepared.rcode & 15);
  const whole = request.end + prepared.bytes + optBytes;
  const out = Buffer.allocUnsafe(Math.min(options.limit, whole));
  request.bytes.copy(out, 0, 0, request.end);
  const progress = writeBody(out, prepared, request, options.limit - optBytes, options.rotation);
  const end = request.edns ? writeOpt(out, progress.end, prepared.rcode, request, options) : progress.end;
  const flags =
    FLAG_QR |
    (request.flags & FLAGS_KEPT) |
    (prepared.authoritative ? FLAG_AA : 0) |
    (progress.truncated && options.setsTruncateBit ? FLAG_TC : 0) |
    (options.recursion ? FLAG_RA : 0) |
    (prepared.rcode & 15);
  out.writeUInt16BE(flags, 2);
  // The question may have been one of several, and records may have followed it.
  out.writeUInt16BE(1, 4);
  out.writeUInt16BE(progress.answers, 6);
  out.writeUInt16BE(progress.authority, 8);
  out.writeUInt16BE(progress.additional + (request.edns ? 1 : 0), 10);
  return out.subarray(0, end);
}

function writeBody(
  out: Buffer,
  prepared: PreparedAnswer,
  request: Request,
  room: number,
  rotation: number,
): ReplyProgress {
  const progress: ReplyProgress = {
    end: request.end,
    answers: 0,
    authority: 0,
    additional: 0,
    truncated: false,
  };
  const { authority, answers, answerSection, asOriginal } = prepared;
  const overLimit = request.end + prepared.bytes > room;
  const hasOwners = answerSection === undefined && answers.length > 0;
  const needsAuthoritySizing = authority.length > 0 && (overLimit || hasOwners);
  const writtenNames = needsAuthoritySizing || hasOwners ? [questionName(request)] : NO_WRITTEN_NAMES;
  // The original gives authority records their room first (`truncate` in resolver/resolver.go of Mesos-DNS cuts answers only).
  const reservedBytes =
    needsAuthoritySizing && overLimit && asOriginal ? authorityBytes(prepared, writtenNames) : 0;
  const starts = writeAnswers(
    out,
    prepared,
    progress,
    { room: room - reservedBytes, rotation },
    writtenNames,
  );
  if (needsAuthoritySizing) writeAuthority(out, { prepared, request, writtenNames }, progress, room);
  else if (authority.length > 0) copyAuthority(out, prepared, request, progress);
  if (progress.truncated || prepared.additional.length === 0) return progress;
  const { end } = progress;
  const complete = writeAdditional(out, prepared, starts, progress, { room, rotation });
  // The original leaves all additional records out when one does not fit, and sets TC (`truncate` in resolver/resolver.go).
  if (complete || !asOriginal) return progress;
  progress.end = end;
  progress.additional = 0;
  progress.truncated = true;
  return progress;
}

const NO_WRITTEN_NAMES: WrittenName[] = [];

interface Layout {
  readonly room: number;
  readonly rotation: number;
}

/** Writes the answers, beginning at the rotation, and returns the offset of each of them. */
function writeAnswers(
  out: Buffer,
  prepared: PreparedAnswer,
  progress: ReplyProgress,
  { room, rotation }: Layout,
  writtenNames: WrittenName[],
): number[] {
  const { answers, answerSection } = prepared;
  if (answerSection && progress.end + answerSection.bytes.length <= room)
    return writeAnswerSection(out, answerSection, progress, prepared, rotation);
  const starts: number[] = [];
  const count = answers.length;
  let index = count > 1 ? rotation % count : 0;
  for (let written = 0; written < count; written++) {
    const record = answers[index];
    const ownerBytes = record?.owner ? compressedSize(record.owner, writtenNames) : POINTER_BYTES;
    const size = ownerBytes + (record?.recordBody.length ?? 0);
    const left = room - progress.end - size;
    // The original's cut replies are shorter than the limit, and never as long (`truncateAnswers`).
    if (!record || left < 0 || (left === 0 && prepared.asOriginal && written + 1 < count)) {
      progress.truncated = true;
      break;
    }
    starts[index] = progress.end;
    progress.end = writeAnswerRecord(out, progress.end, record, writtenNames);
    progress.answers++;
    index = index + 1 === count ? 0 : index + 1;
  }
  return starts;
}

/** Writes all answers in two copies: from the rotation to the end, and from the beginning to the rotation. */
function writeAnswerSection(
  out: Buffer,
  { bytes, starts }: NonNullable<PreparedAnswer['answerSection']>,
  progress: ReplyProgress,
  prepared: PreparedAnswer,
  rotation: number,
): number[] {
  const count = starts.length;
  const cut = count > 1 ? (starts[rotation % count] ?? 0) : 0;
  const begin = progress.end;
  bytes.copy(out, begin, cut);
  if (cut > 0) bytes.copy(out, begin + bytes.length - cut, 0, cut);
  progress.end += bytes.length;
  progress.answers = count;
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

/** Writes additional records as long as there is room. Returns true when all are written. */
function writeAdditional(
  out: Buffer,
  prepared: PreparedAnswer,
  starts: readonly number[],
  progress: ReplyProgress,
  { room, rotation }: Layout,
): boolean {
  for (const { a, aaaa } of prepared.additional) {
    for (const records of [a, aaaa]) {
      const chosen =
        prepared.asOriginal && records.length > 1
          ? records.slice(rotation % records.length).slice(0, 1)
          : records;
      for (const record of chosen)
        if (!writeAdditionalRecord(out, record, starts, progress, room)) return false;
    }
  }
  return true;
}

/** Writes one additional record; false when there is no room. By RFC 2181, section 9, its absence needs no TC. */
function writeAdditionalRecord(
  out: Buffer,
  { recordBody, owner, answer, offset }: AdditionalRecord,
  starts: readonly number[],
  progress: ReplyProgress,
  room: number,
): boolean {
  const target = (starts[answer] ?? POINTER_MAX) + POINTER_BYTES + offset;
  const pointed = target <= POINTER_MAX;
  const size = (pointed ? POINTER_BYTES : owner.length) + recordBody.length;
  if (progress.end + size > room) return false;
  if (pointed) progress.end = writeWithOwner(out, progress.end, target, recordBody);
  else {
    progress.end += owner.copy(out, progress.end);
    progress.end += recordBody.copy(out, progress.end);
  }
  progress.additional++;
  return true;
}

/**
 * Writes the OPT record (RFC 6891, section 6.1): our payload size, the high bits of the code, version 0, and the client's
 * DO bit.
 */
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
