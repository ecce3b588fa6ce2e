/**
 * Prepared answers: records encoded once, to be put together for each reply by copying and patching (`reply.ts`).
 */

import { type Name, nameIn } from './compress';
import { wireName } from './names';
import { encodeTail, type PacketRecord, targetOffset } from './record';
import { HEADER_BYTES } from './request';

export const POINTER_BYTES = 2;
/** Type, class and TTL. */
const FIXED_BYTES = 8;
/** The length of the data. */
export const LENGTH_BYTES = 2;
const NO_SECTIONS = new Map<number, Buffer>();

export interface Piece {
  readonly tail: Buffer;
  /** The owner when it is not the name asked for. */
  readonly owner: Name | undefined;
}

/** A record of the authority section, with the names in it apart. */
export interface AuthorityPiece {
  /** True when the owner is the domain; else it is the name asked for. */
  readonly ofDomain: boolean;
  /** Type, class and TTL. */
  readonly fixed: Buffer;
  readonly names: readonly Name[];
  /** The octets behind the names. */
  readonly rest: Buffer;
}

export interface NamedPiece {
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
    const spelledOut = written && (record.kind === 'A' || record.kind === 'AAAA');
    return spelledOut || record.name !== name ? nameIn(nameBytes(record.name)) : undefined;
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
  let offset = 0;
  for (const { tail } of answers) {
    starts.push(offset);
    offset += POINTER_BYTES + tail.length;
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
