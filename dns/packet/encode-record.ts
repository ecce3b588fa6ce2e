/**
 * Encodes one record (A, AAAA, SRV, NS, SOA, TXT) as bytes that fit anywhere in a message: the record without its owner name,
 * encoded by dns2 without compression. (Targets of SRV records must not be compressed anyway, RFC 2782.)
 */

import DNS from 'dns2';
import { ByteWriter } from './byte-writer';
import { wireName } from './wire-names';

const CLASS_IN = 1;

/** The records we encode; the zone's records have this shape. */
export type PacketRecord = { readonly name: string; readonly ttl: number } & (
  | { readonly kind: 'A'; readonly address: string }
  | { readonly kind: 'AAAA'; readonly address: string }
  | {
      readonly kind: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | { readonly kind: 'NS'; readonly target: string }
  | { readonly kind: 'TXT'; readonly text: string }
  | {
      readonly kind: 'SOA';
      readonly mname: string;
      readonly rname: string;
      readonly serial: number;
      readonly refresh: number;
      readonly retry: number;
      readonly expire: number;
      readonly minimum: number;
    }
);

/** The record without its owner name: TYPE, CLASS, TTL, RDLENGTH and RDATA (RFC 1035, section 3.2.1). */
export function encodeRecordBody(record: PacketRecord): Buffer {
  if (record.kind === 'A') return patchAddress(record);
  if (record.kind === 'SRV') return patchService(record);
  return encodeByDns2(record);
}

/** The record as dns2 writes it. */
export function encodeByDns2(record: PacketRecord): Buffer {
  const writer = new ByteWriter();
  DNS.Packet.Resource.encode(new DNS.Packet.Resource({ ...fieldsOf(record), ...common(record) }), writer);
  // The empty owner name took one octet.
  return Buffer.from(writer.toBuffer().subarray(1));
}

type Kind<K> = Extract<PacketRecord, { readonly kind: K }>;

/** Records that dns2 encoded once for each TTL and weight: those of a zone differ only in octets that are patched in. */
const patterns = new Map<string, Buffer>();
const PATTERNS_MAX = 100;
/** TYPE, CLASS, TTL and RDLENGTH. */
const FIXED_BYTES = 10;

function patternOf(key: string, record: PacketRecord): Buffer {
  const existing = patterns.get(key);
  if (existing) return existing;
  if (patterns.size >= PATTERNS_MAX) patterns.clear();
  const pattern = encodeByDns2(record);
  patterns.set(key, pattern);
  return pattern;
}

function patchAddress(record: Kind<'A'>): Buffer {
  const recordBody = Buffer.from(patternOf(`A ${record.ttl}`, record));
  let offset = FIXED_BYTES;
  for (const octet of record.address.split('.')) recordBody[offset++] = Number(octet);
  return recordBody;
}

function patchService(record: Kind<'SRV'>): Buffer {
  const { ttl, priority, weight, port, target } = record;
  const pattern = patternOf(`SRV ${ttl} ${priority} ${weight}`, record);
  const name = wireName(target);
  const start = targetOffset(record) ?? pattern.length;
  const recordBody = Buffer.alloc(start + name.length);
  pattern.copy(recordBody, 0, 0, start);
  recordBody.writeUInt16BE(start - FIXED_BYTES + name.length, FIXED_BYTES - 2);
  recordBody.writeUInt16BE(port, start - 2);
  recordBody.write(name, start, 'latin1');
  return recordBody;
}

/** The offset of the target's name in the body of a record that has one. */
export function targetOffset(record: PacketRecord): number | undefined {
  if (record.kind === 'SRV') return FIXED_BYTES + 6;
  return record.kind === 'NS' ? FIXED_BYTES : undefined;
}

function common({ kind, ttl }: PacketRecord): Partial<DNS.Packet.Resource> {
  return { name: '', type: DNS.Packet.TYPE[kind], class: CLASS_IN, ttl };
}

function fieldsOf(record: PacketRecord): Partial<DNS.Packet.Resource> {
  switch (record.kind) {
    case 'A':
    case 'AAAA':
      return { address: record.address };
    case 'NS':
      return { ns: record.target };
    case 'TXT':
      return { data: stringsOf(record.text) };
    case 'SRV': {
      const { priority, weight, port, target } = record;
      return { priority, weight, port, target };
    }
    case 'SOA': {
      const { mname, rname, serial, refresh, retry, expire, minimum } = record;
      return { primary: mname, admin: rname, serial, refresh, retry, expiration: expire, minimum };
    }
  }
}

/** The text as strings of at most 255 octets (RFC 1035, section 3.3.14). */
function stringsOf(text: string): string[] {
  const plain = text.replace(/[^\x20-\x7e]/g, '?');
  return plain.match(/.{1,255}/g) ?? [''];
}
