/**
 * Prepared answers: records encoded once, put together for each reply by copying and patching.
 *
 * A reply differs from the last one to the same question in id, flags, the spelling of the name, the order of the
 * records and the room there is. Owners are pointers to the question's name, to the domain inside it, or to the
 * target of an SRV record; these offsets are all that is computed, and those of the names in SOA and NS records.
 */

import { commonEnd, type Name, nameIn, type Standing, sizeOf, standingIn, writeName } from './compress';
import { wireName } from './names';
import { encodeTail, type PacketRecord, targetOffset } from './record';
import { HEADER_BYTES, type Request } from './request';

const POINTER_BYTES = 2;
const POINTER_MAX = 0x3fff;
/** Type, class and TTL. */
const FIXED_BYTES = 8;
/** The length of the data. */
const LENGTH_BYTES = 2;
const OPT_BYTES = 11;
const NO_STARTS: number[] = [];
const NO_SECTIONS = new Map<number, Buffer>();
/** Authority sections that are kept with one answer; most have one, that of all missing names one for each length. */
const SECTIONS_MAX = 500;

const FLAG_QR = 0x8000;
const FLAG_AA = 0x0400;
const FLAG_TC = 0x0200;
const FLAG_RA = 0x0080;
const OPCODE = 0x7800;
/** Opcode, RD and CD come back as they came. */
const FLAGS_KEPT = OPCODE | 0x0100 | 0x0010;

interface Piece {
  readonly tail: Buffer;
  /** The owner when it is not the name asked for. */
  readonly owner: Name | undefined;
}

/** A record of the authority section, with the names in it apart. */
interface AuthorityPiece {
  /** Whether the owner is the domain; else it is the name asked for. */
  readonly ofDomain: boolean;
  /** Type, class and TTL. */
  readonly fixed: Buffer;
  readonly names: readonly Name[];
  /** What follows the names. */
  readonly rest: Buffer;
}

interface NamedPiece {
  readonly tail: Buffer;
  readonly owner: Buffer;
  /** The answer whose target is the owner, and where that stands in its tail. */
  readonly answer: number;
  readonly offset: number;
}

/** The additional records of one target: everything it has, or one address of each kind. */
interface Group {
  readonly a: readonly NamedPiece[];
  readonly aaaa: readonly NamedPiece[];
}

export interface Ready {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly Piece[];
  readonly authority: readonly AuthorityPiece[];
  readonly additional: readonly Group[];
  /** Additional records are one of each kind, drawn anew, and their absence is told with TC. */
  readonly asOriginal: boolean;
  /** All answers in one piece, when each is owned by the question's name, and where each of them starts. */
  readonly run: { readonly bytes: Buffer; readonly starts: readonly number[] } | undefined;
  /** The names in the authority records, each once. */
  readonly names: readonly Name[];
  /** Authority sections that were written, by what they depend on. */
  readonly sections: Map<number, Buffer>;
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
  /** Whether a reply that was cut says so. */
  readonly tellCut: boolean;
  /** The cookie option for the OPT record. */
  readonly cookie?: Buffer | undefined;
}

/** Records for a question about a name of the domain. */
export interface PacketAnswer {
  readonly rcode: number;
  readonly answers: readonly PacketRecord[];
  readonly authority: readonly PacketRecord[];
  readonly additional: readonly PacketRecord[];
}

export interface PrepareOptions {
  readonly domain: string;
  /** The name asked for, as the records call it. */
  readonly name: string;
  readonly asOriginal: boolean;
  /** The owner is written out, since the question's name is another one. */
  readonly written?: boolean;
}

/** Encodes an answer. */
export function prepareAnswer(answer: PacketAnswer, options: PrepareOptions): Ready {
  const { domain, name, asOriginal, written = false } = options;
  const targets = new Map<string, { answer: number; offset: number }>();
  for (const [index, record] of answer.answers.entries()) {
    const offset = targetOffset(record);
    if (offset !== undefined && 'target' in record) targets.set(record.target, { answer: index, offset });
  }
  const ownerOf = (record: PacketRecord): Name | undefined => {
    // Services keep the name as asked, whatever else was found under it.
    const own = written && (record.kind === 'A' || record.kind === 'AAAA');
    return own || record.name !== name ? nameIn(nameBytes(record.name)) : undefined;
  };
  const answers = answer.answers.map((record) => ({ tail: encodeTail(record), owner: ownerOf(record) }));
  const authority = answer.authority.map((record) => authorityPiece(record, record.name !== name));
  const additional = groupsOf(answer.additional, targets);
  return {
    rcode: answer.rcode,
    authoritative: true,
    answers,
    authority,
    additional,
    asOriginal,
    run: runOf(answers),
    names: distinctNames(authority),
    sections: new Map(),
    domainBytes: wireName(domain).length,
    bytes: mostBytes(answers, authority, additional),
  };
}

function mostBytes(
  answers: readonly Piece[],
  authority: readonly AuthorityPiece[],
  additional: readonly Group[],
): number {
  let sum = 0;
  for (const { tail, owner } of answers) sum += tail.length + (owner?.wire.length ?? POINTER_BYTES);
  for (const { fixed, names, rest } of authority)
    sum += POINTER_BYTES + fixed.length + LENGTH_BYTES + rest.length + wireBytes(names);
  for (const { a, aaaa } of additional)
    for (const { tail, owner } of [...a, ...aaaa]) sum += tail.length + POINTER_BYTES + owner.length;
  return sum;
}

function wireBytes(names: readonly Name[]): number {
  return names.reduce((sum, { wire }) => sum + wire.length, 0);
}

function authorityPiece(record: PacketRecord, ofDomain: boolean): AuthorityPiece {
  const tail = encodeTail(record);
  const names = namesIn(record).map((name) => nameIn(nameBytes(name)));
  const rest = tail.subarray(FIXED_BYTES + LENGTH_BYTES + wireBytes(names));
  return { ofDomain, fixed: tail.subarray(0, FIXED_BYTES), names, rest };
}

function distinctNames(authority: readonly AuthorityPiece[]): Name[] {
  const names = new Map<string, Name>();
  for (const piece of authority)
    for (const name of piece.names) names.set(name.wire.toString('latin1'), name);
  return [...names.values()];
}

/** The names that the data of a record begins with. */
function namesIn(record: PacketRecord): string[] {
  if (record.kind === 'SOA') return [record.primary, record.admin];
  return record.kind === 'NS' ? [record.target] : [];
}

function runOf(answers: readonly Piece[]): Ready['run'] {
  if (answers.length === 0 || answers.some(({ owner }) => owner)) return undefined;
  const pointer = Buffer.from([0xc0, HEADER_BYTES]);
  const starts: number[] = [];
  let at = 0;
  for (const { tail } of answers) {
    starts.push(at);
    at += POINTER_BYTES + tail.length;
  }
  return { bytes: Buffer.concat(answers.flatMap(({ tail }) => [pointer, tail])), starts };
}

function nameBytes(name: string): Buffer {
  return Buffer.from(wireName(name), 'latin1');
}

function groupsOf(
  records: readonly PacketRecord[],
  targets: ReadonlyMap<string, { answer: number; offset: number }>,
): Group[] {
  const groups = new Map<string, { a: NamedPiece[]; aaaa: NamedPiece[] }>();
  for (const record of records) {
    const target = targets.get(record.name);
    if (!target) continue;
    const group = groups.get(record.name) ?? { a: [], aaaa: [] };
    groups.set(record.name, group);
    const piece = { ...target, tail: encodeTail(record), owner: nameBytes(record.name) };
    (record.kind === 'A' ? group.a : group.aaaa).push(piece);
  }
  return [...groups.values()];
}

/** A reply that only says a code. */
export function bareAnswer(rcode: number): Ready {
  return {
    rcode,
    authoritative: false,
    answers: [],
    authority: [],
    additional: [],
    asOriginal: false,
    run: undefined,
    names: [],
    sections: NO_SECTIONS,
    domainBytes: 0,
    bytes: 0,
  };
}

/** Twelve octets for a message whose question could not be read. The original repeats nothing but the id. */
export function encodeFailure(bytes: Buffer, rcode: number, flagsKept: keyof typeof FAILURE_FLAGS): Buffer {
  const reply = Buffer.alloc(HEADER_BYTES);
  bytes.copy(reply, 0, 0, 2);
  reply.writeUInt16BE(FLAG_QR | FAILURE_FLAGS[flagsKept](bytes.readUInt16BE(2)) | rcode, 2);
  return reply;
}

const FAILURE_FLAGS = {
  none: () => 0,
  recursion: (flags: number) => flags & 0x0100,
  all: (flags: number) => flags & FLAGS_KEPT,
  /** The original's: RD and CD only of what is a query. */
  original: (flags: number) => flags & ((flags & OPCODE) === 0 ? FLAGS_KEPT : OPCODE),
};

/** Twelve octets with TC, for an asker whom not even the question can be repeated to: it was written shorter than it is. */
export function cutFailure({ bytes }: Request, rcode: number): Buffer {
  const reply = encodeFailure(bytes, rcode, 'recursion');
  reply.writeUInt16BE(reply.readUInt16BE(2) | FLAG_TC, 2);
  return reply;
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

interface Body {
  end: number;
  answers: number;
  authority: number;
  additional: number;
  truncated: boolean;
}

function writeBody(out: Buffer, ready: Ready, request: Request, room: number, turn: number): Body {
  const body: Body = { end: request.end, answers: 0, authority: 0, additional: 0, truncated: false };
  const { authority, answers, run, asOriginal } = ready;
  const tight = request.end + ready.bytes > room;
  const owned = run === undefined && answers.length > 0;
  const careful = authority.length > 0 && (tight || owned);
  const standing = careful || owned ? [questionName(request)] : NO_STANDING;
  // The original gives authority records their room first.
  const kept = careful && tight && asOriginal ? authorityBytes(ready, standing) : 0;
  const starts = writeAnswers(out, ready, body, { room: room - kept, turn }, standing);
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

function questionName({ bytes, end }: Request): Standing {
  return standingIn(bytes, HEADER_BYTES, end - 4);
}

/** Copies the authority records when all of it fits and only the question's name stands before them. */
function copyAuthority(out: Buffer, ready: Ready, request: Request, body: Body): void {
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

/** What the authority records take. */
function authorityBytes({ authority }: Ready, before: readonly Standing[]): number {
  const standing = [...before];
  return authority.reduce((sum, piece) => sum + pieceBytes(piece, standing), 0);
}

/** What one record takes. Its names are added to those that stand, as if they were written. */
function pieceBytes({ fixed, names, rest }: AuthorityPiece, standing: Standing[]): number {
  let sum = POINTER_BYTES + fixed.length + LENGTH_BYTES + rest.length;
  for (const name of names) {
    const size = sizeOf(name, standing);
    sum += size;
    if (size > POINTER_BYTES) standing.push({ ...name, at: 0, own: name.wire.length });
  }
  return sum;
}

interface Writing {
  readonly ready: Ready;
  readonly request: Request;
  /** Names that pointers can lead to. */
  readonly standing: Standing[];
}

function writeAuthority(out: Buffer, writing: Writing, body: Body, room: number): void {
  const { ready, request, standing } = writing;
  const domainAt = request.end - 4 - ready.domainBytes;
  for (const piece of ready.authority) {
    if (body.end + pieceBytes(piece, [...standing]) > room) {
      body.truncated = true;
      return;
    }
    const at = writeOwned(out, body.end, piece.ofDomain ? domainAt : HEADER_BYTES, piece.fixed);
    let end = at + LENGTH_BYTES;
    for (const name of piece.names) end = writeName(out, end, name, standing);
    end += piece.rest.copy(out, end);
    out.writeUInt16BE(end - at - LENGTH_BYTES, at);
    body.end = end;
    body.authority++;
  }
}

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

function writePiece(out: Buffer, at: number, { owner, tail }: Piece, standing: Standing[]): number {
  if (!owner) return writeOwned(out, at, HEADER_BYTES, tail);
  const after = writeName(out, at, owner, standing);
  return after + tail.copy(out, after);
}

function writeOwned(out: Buffer, at: number, owner: number, tail: Buffer): number {
  out.writeUInt16BE(0xc000 | owner, at);
  return at + POINTER_BYTES + tail.copy(out, at + POINTER_BYTES);
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
  at: number,
  rcode: number,
  request: Request,
  { payloadBytes, cookie }: ReplyOptions,
): number {
  out[at] = 0;
  out.writeUInt16BE(41, at + 1);
  out.writeUInt16BE(payloadBytes, at + 3);
  out[at + 5] = (rcode >> 4) & 255;
  out[at + 6] = 0;
  out.writeUInt16BE(request.edns?.dnssecOk ? 0x8000 : 0, at + 7);
  out.writeUInt16BE(cookie?.length ?? 0, at + 9);
  return at + OPT_BYTES + (cookie ? cookie.copy(out, at + OPT_BYTES) : 0);
}
