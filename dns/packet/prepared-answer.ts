/**
 * Prepared answers: records encoded once, to be put together for each reply by copying and patching (`reply.ts`).
 */

import { type EncodedName, encodedName } from './compress';
import { encodeRecordBody, type PacketRecord, targetOffset } from './encode-record';
import { HEADER_BYTES } from './request';
import { wireName } from './wire-names';

export const POINTER_BYTES = 2;
/** Type, class and TTL. */
const FIXED_BYTES = 8;
/** The length of the data. */
export const LENGTH_BYTES = 2;
const NO_SECTIONS = new Map<number, Buffer>();

export interface AnswerRecord {
  readonly recordBody: Buffer;
  /** The owner when it is not the name asked for. */
  readonly owner: EncodedName | undefined;
}

/** A record of the authority section, with the names in it apart. */
export interface AuthorityRecord {
  /** True when the owner is the domain; else it is the name asked for. */
  readonly ownedByDomain: boolean;
  /** Type, class and TTL. */
  readonly fixed: Buffer;
  readonly names: readonly EncodedName[];
  /** The octets behind the names. */
  readonly rest: Buffer;
}

export interface AdditionalRecord {
  readonly recordBody: Buffer;
  readonly owner: Buffer;
  /** The answer whose target is the owner, and where that stands in its tail. */
  readonly answer: number;
  readonly offset: number;
}

/** The additional records of one target: everything it has, or one address of each kind. */
interface TargetAddresses {
  readonly a: readonly AdditionalRecord[];
  readonly aaaa: readonly AdditionalRecord[];
}

export interface PreparedAnswer {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly AnswerRecord[];
  readonly authority: readonly AuthorityRecord[];
  readonly additional: readonly TargetAddresses[];
  /** Additional records are one of each kind, drawn anew, and their absence is told with TC. */
  readonly asOriginal: boolean;
  /** All answers in one piece, when each is owned by the question's name, and where each of them starts. */
  readonly answerSection: { readonly bytes: Buffer; readonly starts: readonly number[] } | undefined;
  /** The names in the authority records, each once. */
  readonly names: readonly EncodedName[];
  /** Authority sections that were written, by what they depend on. */
  readonly sections: Map<number, Buffer>;
  readonly domainBytes: number;
  /** The most octets that all of it can take. */
  readonly bytes: number;
}

/** Records for a question about a name of the domain. */
export interface AnswerSections {
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
  readonly spelledOut?: boolean;
}

/** Encodes an answer. */
export function prepareAnswer(answer: AnswerSections, options: PrepareOptions): PreparedAnswer {
  const { domain, name, asOriginal, spelledOut = false } = options;
  const targets = new Map<string, { answer: number; offset: number }>();
  for (const [index, record] of answer.answers.entries()) {
    const offset = targetOffset(record);
    if (offset !== undefined && 'target' in record) targets.set(record.target, { answer: index, offset });
  }
  const ownerOf = (record: PacketRecord): EncodedName | undefined => {
    // Services keep the name as asked, whatever else was found under it.
    const ownerWritten = spelledOut && (record.kind === 'A' || record.kind === 'AAAA');
    return ownerWritten || record.name !== name ? encodedName(nameBytes(record.name)) : undefined;
  };
  const answers = answer.answers.map((record) => ({
    recordBody: encodeRecordBody(record),
    owner: ownerOf(record),
  }));
  const authority = answer.authority.map((record) => authorityRecord(record, record.name !== name));
  const additional = additionalByTarget(answer.additional, targets);
  return {
    rcode: answer.rcode,
    authoritative: true,
    answers,
    authority,
    additional,
    asOriginal,
    answerSection: answerSectionOf(answers),
    names: distinctNames(authority),
    sections: new Map(),
    domainBytes: wireName(domain).length,
    bytes: mostBytes(answers, authority, additional),
  };
}

function mostBytes(
  answers: readonly AnswerRecord[],
  authority: readonly AuthorityRecord[],
  additional: readonly TargetAddresses[],
): number {
  let sum = 0;
  for (const { recordBody, owner } of answers)
    sum += recordBody.length + (owner?.wire.length ?? POINTER_BYTES);
  for (const { fixed, names, rest } of authority)
    sum += POINTER_BYTES + fixed.length + LENGTH_BYTES + rest.length + wireBytes(names);
  for (const { a, aaaa } of additional)
    for (const { recordBody, owner } of [...a, ...aaaa])
      sum += recordBody.length + POINTER_BYTES + owner.length;
  return sum;
}

function wireBytes(names: readonly EncodedName[]): number {
  return names.reduce((sum, { wire }) => sum + wire.length, 0);
}

function authorityRecord(record: PacketRecord, ofDomain: boolean): AuthorityRecord {
  const recordBody = encodeRecordBody(record);
  const names = namesIn(record).map((name) => encodedName(nameBytes(name)));
  const rest = recordBody.subarray(FIXED_BYTES + LENGTH_BYTES + wireBytes(names));
  return { ownedByDomain: ofDomain, fixed: recordBody.subarray(0, FIXED_BYTES), names, rest };
}

function distinctNames(authority: readonly AuthorityRecord[]): EncodedName[] {
  const names = new Map<string, EncodedName>();
  for (const record of authority)
    for (const name of record.names) names.set(name.wire.toString('latin1'), name);
  return [...names.values()];
}

/** The names that the data of a record begins with. */
function namesIn(record: PacketRecord): string[] {
  if (record.kind === 'SOA') return [record.primary, record.admin];
  return record.kind === 'NS' ? [record.target] : [];
}

function answerSectionOf(answers: readonly AnswerRecord[]): PreparedAnswer['answerSection'] {
  if (answers.length === 0 || answers.some(({ owner }) => owner)) return undefined;
  const pointer = Buffer.from([0xc0, HEADER_BYTES]);
  const starts: number[] = [];
  let offset = 0;
  for (const { recordBody } of answers) {
    starts.push(offset);
    offset += POINTER_BYTES + recordBody.length;
  }
  return { bytes: Buffer.concat(answers.flatMap(({ recordBody }) => [pointer, recordBody])), starts };
}

function nameBytes(name: string): Buffer {
  return Buffer.from(wireName(name), 'latin1');
}

function additionalByTarget(
  records: readonly PacketRecord[],
  targets: ReadonlyMap<string, { answer: number; offset: number }>,
): TargetAddresses[] {
  const groups = new Map<string, { a: AdditionalRecord[]; aaaa: AdditionalRecord[] }>();
  for (const record of records) {
    const target = targets.get(record.name);
    if (!target) continue;
    const group = groups.get(record.name) ?? { a: [], aaaa: [] };
    groups.set(record.name, group);
    const additional = { ...target, recordBody: encodeRecordBody(record), owner: nameBytes(record.name) };
    (record.kind === 'A' ? group.a : group.aaaa).push(additional);
  }
  return [...groups.values()];
}

/** A reply that only says a code. */
export function emptyAnswer(rcode: number): PreparedAnswer {
  return {
    rcode,
    authoritative: false,
    answers: [],
    authority: [],
    additional: [],
    asOriginal: false,
    answerSection: undefined,
    names: [],
    sections: NO_SECTIONS,
    domainBytes: 0,
    bytes: 0,
  };
}
