/**
 * The zone's answer to a question: records, NODATA or NXDOMAIN.
 *
 * Where the original departs from the standards there are two answers, and the zone's `compat` says which is given:
 * `mesos-dns` is the original's, section by section; `standard` follows RFC 1034, 2308 and 8020.
 */

import {
  type AddressRecord,
  type Answer,
  type NsRecord,
  RCODE,
  type SoaRecord,
  type SrvRecord,
  TYPE,
  type ZoneRecord,
} from '../zone/resource-records';
import type { Service, Zone, ZoneNode } from '../zone/zone';

/** Answers a name of the domain, spelled as it is stored and without the final dot. Pure; order is the zone's. */
export function answerQuestion(zone: Zone, name: string, type: number, node = zone.node(name)): Answer {
  return zone.compat === 'mesos-dns'
    ? answerAsOriginal(zone, name, node, type)
    : answerByStandard(zone, name, node, type);
}

/**
 * The original's answers (`HandleMesos` and `handleEmpty` in resolver/resolver.go of Mesos-DNS): SOA and NS of any name stand
 * in the authority section, empty non-terminals do not exist, and the SOA of an absence is owned by the name asked for.
 */
function answerAsOriginal(zone: Zone, name: string, node: ZoneNode | undefined, type: number): Answer {
  const answers = node ? recordsAt(zone, name, node, type) : [];
  const soa: SoaRecord = { ...soaOf(zone), name, minimum: zone.authority.ttl };
  const authority: ZoneRecord[] = [];
  if (type === TYPE.SOA || type === TYPE.ANY) authority.push(soa);
  if (type === TYPE.NS || type === TYPE.ANY) authority.push(nsOf(zone, name));
  // The original leaves `handleEmpty` early for these types: no SOA, and never NXDOMAIN.
  const neverNegative = type === TYPE.SOA || type === TYPE.NS || type === TYPE.SRV;
  if (answers.length > 0 || neverNegative) {
    return { rcode: RCODE.NOERROR, answers, authority, additional: addressesOfTargets(zone, answers) };
  }
  const rcode = node?.named ? RCODE.NOERROR : RCODE.NXDOMAIN;
  return { rcode, answers, authority: [...authority, soa], additional: [] };
}

/** The answers of RFC 1034, section 4.3.2, with those to absent names of RFC 2308 and RFC 8020. */
function answerByStandard(zone: Zone, name: string, node: ZoneNode | undefined, type: number): Answer {
  if (!node) return negativeAnswer(zone, RCODE.NXDOMAIN);
  const answers = [...recordsAt(zone, name, node, type)];
  if (name === zone.domain && (type === TYPE.SOA || type === TYPE.ANY)) answers.push(soaOf(zone));
  if (name === zone.domain && (type === TYPE.NS || type === TYPE.ANY)) answers.push(nsOf(zone, name));
  if (answers.length === 0) return negativeAnswer(zone, RCODE.NOERROR);
  return { rcode: RCODE.NOERROR, answers, authority: [], additional: addressesOfTargets(zone, answers) };
}

/** NXDOMAIN or NODATA with the SOA, whose TTL says how long the absence may be remembered (RFC 2308, sections 3 and 5). */
function negativeAnswer(zone: Zone, rcode: number): Answer {
  const soa = soaOf(zone);
  const authority = [{ ...soa, ttl: Math.min(soa.ttl, soa.minimum) }];
  return { rcode, answers: [], authority, additional: [] };
}

/** The SOA record of the zone. */
export function soaOf({ domain, authority }: Zone): SoaRecord {
  const { mname, rname, serial, refresh, retry, expire, minimum, ttl } = authority;
  return { kind: 'SOA', name: domain, ttl, mname, rname, serial, refresh, retry, expire, minimum };
}

function nsOf({ authority }: Zone, name: string): NsRecord {
  return { kind: 'NS', name, ttl: authority.ttl, target: authority.mname };
}

/** One row for each record type that names hold. */
const recordBuilders = new Map<number, (zone: Zone, name: string, node: ZoneNode) => ZoneRecord[]>([
  [TYPE.SRV, (zone, name, node) => srvRecords(zone, name, node.services)],
  [TYPE.A, (zone, name, node) => addressRecords(zone, name, 'A', node.a)],
  [TYPE.AAAA, (zone, name, node) => addressRecords(zone, name, 'AAAA', node.aaaa)],
]);

function recordsAt(zone: Zone, name: string, node: ZoneNode, type: number): readonly ZoneRecord[] {
  if (type === TYPE.ANY) return [...recordBuilders.values()].flatMap((build) => build(zone, name, node));
  return recordBuilders.get(type)?.(zone, name, node) ?? [];
}

/**
 * True for a service that answers have: the original cannot take port and target apart again when the target has such a
 * character (`formatSRV` in resolver/resolver.go), and leaves it out.
 */
export function isAnswered({ target }: Service): boolean {
  return !/[:[\]]/.test(target);
}

function srvRecords(zone: Zone, name: string, list: readonly Service[]): SrvRecord[] {
  const { ttl, srvWeight } = zone.authority;
  return list.filter(isAnswered).map(({ port, target }) => ({
    kind: 'SRV',
    name,
    ttl,
    priority: 0,
    weight: srvWeight,
    port: port & 0xffff,
    target,
  }));
}

function addressRecords(
  zone: Zone,
  name: string,
  kind: 'A' | 'AAAA',
  list: readonly string[],
): AddressRecord[] {
  return list.map((address) => ({ kind, name, ttl: zone.authority.ttl, address }));
}

/** The additional records: the addresses of the targets, so that a client need not ask again (RFC 2782). */
function addressesOfTargets(zone: Zone, answers: readonly ZoneRecord[]): ZoneRecord[] {
  const targets = new Set(
    answers.flatMap((record) => (record.kind === 'SRV' || record.kind === 'NS' ? [record.target] : [])),
  );
  return [...targets].flatMap((target) => {
    const node = zone.node(target);
    if (!node) return [];
    return [...addressRecords(zone, target, 'A', node.a), ...addressRecords(zone, target, 'AAAA', node.aaaa)];
  });
}
