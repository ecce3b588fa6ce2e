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
const NO_STARTS: number[] = [];

const FLAG_QR = 0x8000;
const FLAG_AA = 0x0400;
const FLAG_TC = 0x0200;
const FLAG_RA = 0x0080;
/** Opcode, RD and CD come back as they came. */
const FLAGS_KEPT = 0x7800 | 0x0100 | 0x0010;

interface Piece {
  readonly tail: Buffer;
  /** The owner when it is not the name asked for. */
  readonly owner: Buffer | undefined;
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
  readonly authority: readonly Piece[];
  readonly additional: readonly Group[];
  /** Additional records are one of each kind, drawn anew, and their absence is told with TC. */
  readonly asOriginal: boolean;
  /** All answers in one piece, when each is owned by the question's name, and where each of them starts. */
  readonly run: { readonly bytes: Buffer; readonly starts: readonly number[] } | undefined;
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
  const ownerOf = (record: PacketRecord): Buffer | undefined => {
    // Services keep the name as asked, whatever else was found under it.
    if (written && (record.kind === 'A' || record.kind === 'AAAA')) return nameBytes(record.name);
    return record.name === name ? undefined : nameBytes(record.name);
  };
  const piece = (record: PacketRecord): Piece => ({ tail: encodeTail(record), owner: ownerOf(record) });
  const answers = answer.answers.map(piece);
  const authority = answer.authority.map(piece);
  const additional = groupsOf(answer.additional, targets);
  const size = (pieces: readonly { tail: Buffer; owner: Buffer | undefined }[]): number =>
    pieces.reduce((sum, { tail, owner }) => sum + tail.length + POINTER_BYTES + (owner?.length ?? 0), 0);
  const named = additional.reduce((sum, { a, aaaa }) => sum + size(a) + size(aaaa), 0);
  return {
    rcode: answer.rcode,
    authoritative: true,
    answers,
    authority,
    additional,
    asOriginal,
    run: runOf(answers),
    domainBytes: wireName(domain).length,
    bytes: size(answers) + size(authority) + named,
  };
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
    domainBytes: 0,
    bytes: 0,
  };
}

/** Twelve octets for a message whose question could not be read. The original repeats nothing but the id. */
export function encodeFailure(bytes: Buffer, rcode: number, flagsKept: 'none' | 'recursion' | 'all'): Buffer {
  const reply = Buffer.alloc(HEADER_BYTES);
  bytes.copy(reply, 0, 0, 2);
  const mask = { none: 0, recursion: 0x0100, all: FLAGS_KEPT }[flagsKept];
  reply.writeUInt16BE(FLAG_QR | (bytes.readUInt16BE(2) & mask) | rcode, 2);
  return reply;
}

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
  // The original gives authority records their room first.
  const kept = ready.asOriginal
    ? ready.authority.reduce((sum, { tail }) => sum + tail.length + POINTER_BYTES, 0)
    : 0;
  const starts = writeAnswers(out, ready, body, { room: room - kept, turn });
  if (ready.authority.length > 0) writeAuthority(out, ready, request, body, room);
  if (body.truncated || ready.additional.length === 0) return body;
  const { end } = body;
  const complete = writeAdditional(out, ready, starts, body, { room, turn });
  // The original leaves all additional records out when one does not fit, and says so.
  if (complete || !ready.asOriginal) return body;
  body.end = end;
  body.additional = 0;
  body.truncated = true;
  return body;
}

function writeAuthority(out: Buffer, ready: Ready, request: Request, body: Body, room: number): void {
  const domainAt = request.end - 4 - ready.domainBytes;
  for (const { tail, owner } of ready.authority) {
    if (body.end + POINTER_BYTES + tail.length > room) {
      body.truncated = true;
      return;
    }
    body.end = writeOwned(out, body.end, owner ? domainAt : HEADER_BYTES, tail);
    body.authority++;
  }
}

interface Place {
  readonly room: number;
  readonly turn: number;
}

/** Writes the answers, beginning at the turn, and returns where each of them starts. */
function writeAnswers(out: Buffer, ready: Ready, body: Body, { room, turn }: Place): number[] {
  const { answers, run } = ready;
  if (run && body.end + run.bytes.length <= room) return writeRun(out, run, body, ready, turn);
  const starts: number[] = [];
  const count = answers.length;
  let index = count > 1 ? turn % count : 0;
  for (let written = 0; written < count; written++) {
    const piece = answers[index];
    const size = piece ? (piece.owner?.length ?? POINTER_BYTES) + piece.tail.length : 0;
    const left = room - body.end - size;
    // The original's cut replies are shorter than the limit, and never as long.
    if (!piece || left < 0 || (left === 0 && ready.asOriginal && written + 1 < count)) {
      body.truncated = true;
      break;
    }
    starts[index] = body.end;
    body.end = writePiece(out, body.end, piece);
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

function writePiece(out: Buffer, at: number, { owner, tail }: Piece): number {
  if (!owner) return writeOwned(out, at, HEADER_BYTES, tail);
  const after = at + owner.copy(out, at);
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
