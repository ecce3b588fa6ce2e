/**
 * Prepares answers: encodes their records once, to be put together for each reply by copying and patching (`reply.ts`).
 */

import { type EncodedName, encodedName } from './compress';
import { encodeRecordBody, type PacketRecord, targetOffset } from './encode-record';
import { HEADER_BYTES } from './request';
import { wireName } from './wire-names';

export const POINTER_BYTES = 2;
/** TYPE, CLASS and TTL. */
const FIXED_BYTES = 8;
/** RDLENGTH. */
export const LENGTH_BYTES = 2;
const NO_SECTIONS = new Map<number, Buffer>();

export interface AnswerRecord {
  readonly recordBody: Buffer;
  /** The owner name when it is not the question's name. */
  readonly owner: EncodedName | undefined;
}

/** A record of the authority section, with the names of its RDATA apart, since they are compressed. */
export interface AuthorityRecord {
  /** True when the owner name is the domain; else it is the question's name. */
  readonly ownedByDomain: boolean;
  /** TYPE, CLASS and TTL. */
  readonly fixed: Buffer;
  readonly names: readonly EncodedName[];
  /** The octets of RDATA behind the names. */
  readonly rest: Buffer;
}

export interface AdditionalRecord {
  readonly recordBody: Buffer;
  readonly owner: Buffer;
  /** The index of the answer whose target is the owner name, and the offset of the target in its body. */
  readonly answer: number;
  readonly offset: number;
}

/** The address records of one target, for the additional section. */
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
  /** True for an answer of the original: each target has one A and one AAAA, drawn anew, and their absence sets TC. */
  readonly asOriginal: boolean;
  /** The answer section as one buffer, with the offset of each record, when each is owned by the question's name. */
  readonly answerSection: { readonly bytes: Buffer; readonly starts: readonly number[] } | undefined;
  /** The names in the authority records, each once. */
  readonly names: readonly EncodedName[];
  /** Authority sections that were written, by the key of the requests that they fit. */
  readonly sections: Map<number, Buffer>;
  readonly domainBytes: number;
  /** The most octets that all records can take. */
  readonly bytes: number;
}

/** The sections of an answer (RFC 1035, section 4.1), before they are encoded. */
export interface AnswerSections {
  readonly rcode: number;
  readonly answers: readonly PacketRecord[];
  readonly authority: readonly PacketRecord[];
  readonly additional: readonly PacketRecord[];
}

export interface PrepareOptions {
  readonly domain: string;
  /** The question's name, as the records have it. */
  readonly name: string;
  readonly asOriginal: boolean;
  /** True when owner names are written out, since the question's name is another one. */
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
    // SRV records keep the question's name as their owner name, as in the original (`handleSRV` in resolver/resolver.go).
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

/** The names that the RDATA of a record begins with. */
function namesIn(record: PacketRecord): string[] {
  if (record.kind === 'SOA') return [record.mname, record.rname];
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

/** An answer without records, which only has a reply code. */
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
