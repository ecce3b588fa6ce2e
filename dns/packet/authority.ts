/**
 * The authority section of a reply: SOA and NS records, whose names are shortened to pointers as far as names that stand
 * before them allow.
 *
 * Always true: a section that is kept is the same for every question that it is kept for.
 */

import { commonSuffixBytes, compressedSize, type WrittenName, writeName, writtenNameIn } from './compress';
import { type AuthorityRecord, LENGTH_BYTES, POINTER_BYTES, type PreparedAnswer } from './prepared-answer';
import { HEADER_BYTES, type Request } from './request';

/** Authority sections that are kept with one answer; most have one, that of all missing names one for each length. */
const SECTIONS_MAX = 500;

/** The written part of a reply. */
export interface Body {
  end: number;
  answers: number;
  authority: number;
  additional: number;
  truncated: boolean;
}

export function questionName({ bytes, end }: Request): WrittenName {
  return writtenNameIn(bytes, HEADER_BYTES, end - 4);
}

/** Copies the authority records when all of it fits and only the question's name stands before them. */
export function copyAuthority(out: Buffer, prepared: PreparedAnswer, request: Request, body: Body): void {
  const key = sectionKey(prepared, request);
  let section = prepared.sections.get(key);
  if (!section) {
    if (prepared.sections.size >= SECTIONS_MAX) prepared.sections.clear();
    section = makeSection(prepared, request, body);
    prepared.sections.set(key, section);
  }
  body.end += section.copy(out, body.end);
  body.authority = prepared.authority.length;
}

/** Names of one length that end alike have the same section: its pointers depend on nothing else. */
function sectionKey({ names }: PreparedAnswer, { bytes, end }: Request): number {
  let key = end - HEADER_BYTES;
  for (const name of names) key = key * 256 + commonSuffixBytes(name, bytes, HEADER_BYTES, end - 4);
  return key;
}

function makeSection(prepared: PreparedAnswer, request: Request, { end }: Body): Buffer {
  const scratch = Buffer.alloc(end + prepared.bytes);
  const body: Body = { end, answers: 0, authority: 0, additional: 0, truncated: false };
  writeAuthority(scratch, { prepared, request, writtenNames: [questionName(request)] }, body, scratch.length);
  return Buffer.from(scratch.subarray(end, body.end));
}

/** The size of the authority records. */
export function authorityBytes({ authority }: PreparedAnswer, before: readonly WrittenName[]): number {
  const writtenNames = [...before];
  return authority.reduce((sum, record) => sum + authorityRecordBytes(record, writtenNames), 0);
}

/** The size of one record. Its names are added to those that stand, as if they were written. */
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
  /** Names that pointers can lead to. */
  readonly writtenNames: WrittenName[];
}

/** Writes the records that there is room for. */
export function writeAuthority(out: Buffer, writing: Writing, body: Body, room: number): void {
  const { prepared, request, writtenNames } = writing;
  const domainAt = request.end - 4 - prepared.domainBytes;
  for (const record of prepared.authority) {
    if (body.end + authorityRecordBytes(record, [...writtenNames]) > room) {
      body.truncated = true;
      return;
    }
    const lengthAt = writeWithOwner(
      out,
      body.end,
      record.ownedByDomain ? domainAt : HEADER_BYTES,
      record.fixed,
    );
    let end = lengthAt + LENGTH_BYTES;
    for (const name of record.names) end = writeName(out, end, name, writtenNames);
    end += record.rest.copy(out, end);
    out.writeUInt16BE(end - lengthAt - LENGTH_BYTES, lengthAt);
    body.end = end;
    body.authority++;
  }
}

/** Writes an owner as a pointer, and what follows it. Returns where that ends. */
export function writeWithOwner(out: Buffer, offset: number, owner: number, recordBody: Buffer): number {
  out.writeUInt16BE(0xc000 | owner, offset);
  return offset + POINTER_BYTES + recordBody.copy(out, offset + POINTER_BYTES);
}
