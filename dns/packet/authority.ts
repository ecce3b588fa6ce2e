/**
 * The authority section of a reply: SOA and NS records, whose names are shortened to pointers as far as names that stand
 * before them allow.
 *
 * Always true: a section that is kept is the same for every question that it is kept for.
 */

import { commonEnd, type Standing, sizeOf, standingIn, writeName } from './compress';
import { type AuthorityPiece, LENGTH_BYTES, POINTER_BYTES, type Ready } from './ready';
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

export function questionName({ bytes, end }: Request): Standing {
  return standingIn(bytes, HEADER_BYTES, end - 4);
}

/** Copies the authority records when all of it fits and only the question's name stands before them. */
export function copyAuthority(out: Buffer, ready: Ready, request: Request, body: Body): void {
  const key = sectionKey(ready, request);
  let section = ready.sections.get(key);
  if (!section) {
    if (ready.sections.size >= SECTIONS_MAX) ready.sections.clear();
    section = makeSection(ready, request, body);
    ready.sections.set(key, section);
  }
  body.end += section.copy(out, body.end);
  body.authority = ready.authority.length;
}

/** Names of one length that end alike have the same section: its pointers depend on nothing else. */
function sectionKey({ names }: Ready, { bytes, end }: Request): number {
  let key = end - HEADER_BYTES;
  for (const name of names) key = key * 256 + commonEnd(name, bytes, HEADER_BYTES, end - 4);
  return key;
}

function makeSection(ready: Ready, request: Request, { end }: Body): Buffer {
  const scratch = Buffer.alloc(end + ready.bytes);
  const body: Body = { end, answers: 0, authority: 0, additional: 0, truncated: false };
  writeAuthority(scratch, { ready, request, standing: [questionName(request)] }, body, scratch.length);
  return Buffer.from(scratch.subarray(end, body.end));
}

/** The size of the authority records. */
export function authorityBytes({ authority }: Ready, before: readonly Standing[]): number {
  const standing = [...before];
  return authority.reduce((sum, piece) => sum + pieceBytes(piece, standing), 0);
}

/** The size of one record. Its names are added to those that stand, as if they were written. */
function pieceBytes({ fixed, names, rest }: AuthorityPiece, standing: Standing[]): number {
  let sum = POINTER_BYTES + fixed.length + LENGTH_BYTES + rest.length;
  for (const name of names) {
    const size = sizeOf(name, standing);
    sum += size;
    if (size > POINTER_BYTES) standing.push({ ...name, offset: 0, writtenBytes: name.wire.length });
  }
  return sum;
}

interface Writing {
  readonly ready: Ready;
  readonly request: Request;
  /** Names that pointers can lead to. */
  readonly standing: Standing[];
}

/** Writes the records that there is room for. */
export function writeAuthority(out: Buffer, writing: Writing, body: Body, room: number): void {
  const { ready, request, standing } = writing;
  const domainAt = request.end - 4 - ready.domainBytes;
  for (const piece of ready.authority) {
    if (body.end + pieceBytes(piece, [...standing]) > room) {
      body.truncated = true;
      return;
    }
    const lengthAt = writeOwned(out, body.end, piece.ofDomain ? domainAt : HEADER_BYTES, piece.fixed);
    let end = lengthAt + LENGTH_BYTES;
    for (const name of piece.names) end = writeName(out, end, name, standing);
    end += piece.rest.copy(out, end);
    out.writeUInt16BE(end - lengthAt - LENGTH_BYTES, lengthAt);
    body.end = end;
    body.authority++;
  }
}

/** Writes an owner as a pointer, and what follows it. Returns where that ends. */
export function writeOwned(out: Buffer, offset: number, owner: number, tail: Buffer): number {
  out.writeUInt16BE(0xc000 | owner, offset);
  return offset + POINTER_BYTES + tail.copy(out, offset + POINTER_BYTES);
}
