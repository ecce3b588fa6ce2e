/**
 * Questions and replies by dns-packet, which is not the library that answers: a second opinion.
 */

import { type Answer, decode, encode } from 'dns-packet';

export interface QueryOptions {
  readonly id?: number;
  readonly payloadBytes?: number;
  readonly flags?: number;
  readonly dnssecOk?: boolean;
  readonly cookie?: Buffer;
}

export function query(name: string, type: string, options: QueryOptions = {}): Buffer {
  const opt: Answer = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: options.payloadBytes ?? 0,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: options.dnssecOk ? 0x8000 : 0,
    options: options.cookie ? [{ code: 10, data: options.cookie }] : [],
  };
  return encode({
    type: 'query',
    id: options.id ?? 77,
    flags: options.flags ?? 0x0100,
    questions: [{ name, type, class: 'IN' }],
    additionals: options.payloadBytes === undefined ? [] : [opt],
  });
}

export interface Seen {
  readonly id: number;
  readonly rcode: string;
  readonly aa: boolean;
  readonly tc: boolean;
  readonly rd: boolean;
  readonly ra: boolean;
  readonly question: string | undefined;
  readonly answers: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
  readonly opt: { readonly payloadBytes: number; readonly dnssecOk: boolean } | undefined;
}

/** A reply in short texts. */
export function seen(bytes: Buffer): Seen {
  const packet = decode(bytes);
  const opt = packet.additionals.find((record) => record.type === 'OPT');
  const [question] = packet.questions;
  return {
    id: packet.id,
    rcode: packet.rcode,
    aa: packet.flag_aa,
    tc: packet.flag_tc,
    rd: packet.flag_rd,
    ra: packet.flag_ra,
    question: question && `${question.name} ${question.type}`,
    answers: packet.answers.map(print),
    authority: packet.authorities.map(print),
    additional: packet.additionals.filter((record) => record.type !== 'OPT').map(print),
    opt: opt && { payloadBytes: opt.udpPayloadSize ?? 0, dnssecOk: ((opt.flags ?? 0) & 0x8000) !== 0 },
  };
}

function print({ name, type, data }: Answer): string {
  const text = typeof data === 'object' && data !== null ? Object.values(data).join(' ') : String(data);
  return `${name} ${type} ${text}`;
}
