/**
 * Writes the authority section of a reply: SOA and NS records, whose names are compressed as far as the names before them
 * allow.
 *
 * Always true: a section that is kept is the same for every question that has its key.
 */

import { commonSuffixBytes, compressedSize, type WrittenName, writeName, writtenNameIn } from './compress';
import { type AuthorityRecord, LENGTH_BYTES, POINTER_BYTES, type PreparedAnswer } from './prepared-answer';
import { HEADER_BYTES, type Request } from './request';

/** Authority sections that are kept with one answer; most have one, that of all missing names one for each length. */
const SECTIONS_MAX = 500;

/** The end of the written part of a reply, and the numbers of its records by section. */
export interface ReplyProgress {
  end: number;
  answers: number;
  authority: number;
  additional: number;
  truncated: boolean;
}

export function questionName({ bytes, end }: Request): WrittenName {
  return writtenNameIn(bytes, HEADER_BYTES, end - 4);
}

/** Copies the whole section, when it fits and only the question's name is written before it. */
export function copyAuthority(
  out: Buffer,
  prepared: PreparedAnswer,
  request: Request,
  progress: ReplyProgress,
): void {
  const key = sectionKey(prepared, request);
  let section = prepared.sections.get(key);
  if (!section) {
    if (prepared.sections.size >= SECTIONS_MAX) prepared.sections.clear();
    section = makeSection(prepared, request, progress);
    prepared.sections.set(key, section);
  }
  progress.end += section.copy(out, progress.end);
  progress.authority = prepared.authority.length;
}

/** The key of a section. Questions of one length whose names end alike have the same: its pointers depend on nothing else. */
function sectionKey({ names }: PreparedAnswer, { bytes, end }: Request): number {
  let key = end - HEADER_BYTES;
  for (const name of names) key = key * 256 + commonSuffixBytes(name, bytes, HEADER_BYTES, end - 4);
  return key;
}

function makeSection(prepared: PreparedAnswer, request: Request, { end }: ReplyProgress): Buffer {
  const scratch = Buffer.alloc(end + prepared.bytes);
  const progress: ReplyProgress = { end, answers: 0, authority: 0, additional: 0, truncated: false };
  writeAuthority(
    scratch,
    { prepared, request, writtenNames: [questionName(request)] },
    progress,
    scratch.length,
  );
  return Buffer.from(scratch.subarray(end, progress.end));
}

/** The size of the authority records. */
export function authorityBytes({ authority }: PreparedAnswer, before: readonly WrittenName[]): number {
  const writtenNames = [...before];
  return authority.reduce((sum, record) => sum + authorityRecordBytes(record, writtenNames), 0);
}

/** The size of one record. Its names are added to the written ones, as if they were written. */
function authorityRecordBytes({ fixed, names, rest }: AuthorityRecord, writtenNames: WrittenName[]): number {
  let sum = POINTER_BYTES + fixed.length + LENGTH_BYTES + rest.length;
  for (const name of names) {
    const size = compressedSize(name, writtenNames);
    sum += size;
    if (size > POINTER_BYTES) writtenNames.push({ ...name, offset: 0, writtenBytes: name.wire.length });
  }
  return sum;
}

interface Writing {
  readonly prepared: PreparedAnswer;
  readonly request: Request;
  /** The names that pointers can lead to. */
  readonly writtenNames: WrittenName[];
}

/** Writes the records that there is room for. */
export function writeAuthority(out: Buffer, writing: Writing, progress: ReplyProgress, room: number): void {
  const { prepared, request, writtenNames } = writing;
  const domainAt = request.end - 4 - prepared.domainBytes;
  for (const record of prepared.authority) {
    if (progress.end + authorityRecordBytes(record, [...writtenNames]) > room) {
      progress.truncated = true;
      return;
    }
    const lengthAt = writeWithOwner(
      out,
      progress.end,
      record.ownedByDomain ? domainAt : HEADER_BYTES,
      record.fixed,
    );
    let end = lengthAt + LENGTH_BYTES;
    for (const name of record.names) end = writeName(out, end, name, writtenNames);
    end += record.rest.copy(out, end);
    out.writeUInt16BE(end - lengthAt - LENGTH_BYTES, lengthAt);
    progress.end = end;
    progress.authority++;
  }
}

/** Writes a record with a pointer as its owner name. Returns its end. */
export function writeWithOwner(out: Buffer, offset: number, owner: number, recordBody: Buffer): number {
  out.writeUInt16BE(0xc000 | owner, offset);
  return offset + POINTER_BYTES + recordBody.copy(out, offset + POINTER_BYTES);
}
