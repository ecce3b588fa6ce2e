/**
 * One record as bytes that fit anywhere in a message: everything after the owner's name, encoded by dns2 without
 * compression. (Targets of SRV records must not be compressed anyway, RFC 2782.)
 */

import DNS from 'dns2';
import { ByteWriter } from './writer';

const CLASS_IN = 1;

/** The records we encode; the zone's records have this shape. */
export type PacketRecord = { readonly name: string; readonly ttl: number } & (
  | { readonly kind: 'A' | 'AAAA'; readonly address: string }
  | {
      readonly kind: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | { readonly kind: 'NS'; readonly target: string }
  | {
      readonly kind: 'SOA';
      readonly primary: string;
      readonly admin: string;
      readonly serial: number;
      readonly refresh: number;
      readonly retry: number;
      readonly expire: number;
      readonly minimum: number;
    }
);

/** Type, class, TTL and data of a record. */
export function encodeTail(record: PacketRecord): Buffer {
  const writer = new ByteWriter();
  DNS.Packet.Resource.encode(new DNS.Packet.Resource({ ...fieldsOf(record), ...common(record) }), writer);
  // The empty owner took one octet.
  return Buffer.from(writer.toBuffer().subarray(1));
}

/** Where the target's name starts in the tail of a record that has one. */
export function targetOffset(record: PacketRecord): number | undefined {
  const fixed = 10;
  if (record.kind === 'SRV') return fixed + 6;
  return record.kind === 'NS' ? fixed : undefined;
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
    case 'SRV': {
      const { priority, weight, port, target } = record;
      return { priority, weight, port, target };
    }
    case 'SOA': {
      const { primary, admin, serial, refresh, retry, expire, minimum } = record;
      return { primary, admin, serial, refresh, retry, expiration: expire, minimum };
    }
  }
}
