/**
 * Resource records as values, and the record types and reply codes that this server knows.
 */

/** Numbers of the record types (RFC 1035, 2782, 3596) that are treated in a way of their own. */
export const TYPE = {
  A: 1,
  NS: 2,
  SOA: 6,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const;

/** Reply codes (RFC 1035, section 4.1.1; RFC 6891, section 9). */
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;

interface Common {
  /** The owner name, without the final dot. */
  readonly name: string;
  readonly ttl: number;
}

export interface AddressRecord extends Common {
  readonly kind: 'A' | 'AAAA';
  readonly address: string;
}

export interface SrvRecord extends Common {
  readonly kind: 'SRV';
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

export interface NsRecord extends Common {
  readonly kind: 'NS';
  readonly target: string;
}

export interface SoaRecord extends Common {
  readonly kind: 'SOA';
  readonly mname: string;
  readonly rname: string;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

export type ZoneRecord = AddressRecord | SrvRecord | NsRecord | SoaRecord;

/** The answer to one question. */
export interface Answer {
  readonly rcode: number;
  readonly answers: readonly ZoneRecord[];
  readonly authority: readonly ZoneRecord[];
  readonly additional: readonly ZoneRecord[];
}
