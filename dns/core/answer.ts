/**
 * What the zone says to a question: records, NODATA or NXDOMAIN, always with authority (RFC 2308).
 */

import type { Zone, ZoneNode } from './book';
import { type Answer, RCODE, type SoaRecord, TYPE, type ZoneRecord } from './records';

/** Answers a name of the domain, in lower case and without the final dot. Pure; order is the zone's. */
export function answer(zone: Zone, name: string, type: number): Answer {
  const node = zone.nodes.get(name);
  if (!node) return noSuchName(zone);
  const answers = recordsOf(zone, name, node, type);
  if (answers.length === 0) return negative(zone, RCODE.NOERROR);
  return { rcode: RCODE.NOERROR, answers, authority: [], additional: additionalOf(zone, answers) };
}

/** The answer for every name that does not exist. */
export function noSuchName(zone: Zone): Answer {
  return negative(zone, RCODE.NXDOMAIN);
}

/** The TTL of the SOA says how long the absence may be remembered (RFC 2308, section 5). */
function negative(zone: Zone, rcode: number): Answer {
  const soa = soaOf(zone);
  const authority = [{ ...soa, ttl: Math.min(soa.ttl, soa.minimum) }];
  return { rcode, answers: [], authority, additional: [] };
}

/** The SOA record of the zone. */
export function soaOf({ domain, authority }: Zone): SoaRecord {
  const { primary, admin, serial, refresh, retry, expire, minimum, ttl } = authority;
  return { kind: 'SOA', name: domain, ttl, primary, admin, serial, refresh, retry, expire, minimum };
}

type Maker = (zone: Zone, name: string, node: ZoneNode) => readonly ZoneRecord[];

/** One row for each record type that is served. */
const makers = new Map<number, Maker>([
  [TYPE.SRV, services],
  [TYPE.A, (zone, name, { a }) => addresses(zone, name, 'A', a)],
  [TYPE.AAAA, (zone, name, { aaaa }) => addresses(zone, name, 'AAAA', aaaa)],
  [TYPE.SOA, (zone, name) => (name === zone.domain ? [soaOf(zone)] : [])],
  [TYPE.NS, (zone, name) => (name === zone.domain ? [nsOf(zone)] : [])],
]);

function recordsOf(zone: Zone, name: string, node: ZoneNode, type: number): readonly ZoneRecord[] {
  if (type === TYPE.ANY) return [...makers.values()].flatMap((make) => make(zone, name, node));
  return makers.get(type)?.(zone, name, node) ?? [];
}

function services(zone: Zone, name: string, { srv }: ZoneNode): ZoneRecord[] {
  const { ttl, srvWeight } = zone.authority;
  return [...srv.values()].map(({ port, target }) => ({
    kind: 'SRV',
    name,
    ttl,
    priority: 0,
    weight: srvWeight,
    port,
    target,
  }));
}

function addresses(zone: Zone, name: string, kind: 'A' | 'AAAA', set: ReadonlySet<string>): ZoneRecord[] {
  return [...set].map((address) => ({ kind, name, ttl: zone.authority.ttl, address }));
}

function nsOf({ domain, authority }: Zone): ZoneRecord {
  return { kind: 'NS', name: domain, ttl: authority.ttl, target: authority.primary };
}

/** The addresses of the targets, so that a client need not ask again. */
function additionalOf(zone: Zone, answers: readonly ZoneRecord[]): ZoneRecord[] {
  const targets = new Set(
    answers.flatMap((record) => (record.kind === 'SRV' || record.kind === 'NS' ? [record.target] : [])),
  );
  return [...targets].flatMap((target) => {
    const node = zone.nodes.get(target);
    if (!node) return [];
    return [...addresses(zone, target, 'A', node.a), ...addresses(zone, target, 'AAAA', node.aaaa)];
  });
}
