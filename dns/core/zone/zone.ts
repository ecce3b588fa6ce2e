/**
 * The shape of a zone: its nodes, its SOA values, its options, and the changes that it travels in.
 */

import type { IpSource } from '../facts/cluster-facts';
import type { LabelRule } from '../names/labels';

/**
 * The modes of compatibility where the original and the standards differ: `mesos-dns` keeps the original's
 * answers wherever a client may depend on them, `standard` follows the RFCs.
 */
export const COMPATS = ['mesos-dns', 'standard'] as const;
export type Compat = (typeof COMPATS)[number];

/** The part of a SRV record that the cluster decides (RFC 2782); priority and weight are the zone's. */
export interface Service {
  /** As the cluster wrote it; cut to 16 bits when it is encoded. */
  readonly port: number;
  readonly target: string;
}

/** Everything at one name (RFC 1034, section 3.1: a node of the tree). */
export interface ZoneNode {
  readonly a: readonly string[];
  readonly aaaa: readonly string[];
  readonly services: readonly Service[];
  /** False for an empty non-terminal: a name that only has names below it (RFC 8020). */
  readonly named: boolean;
}

/** The values of the SOA record (RFC 1035, section 3.3.13), and those that all records of the zone share. */
export interface Authority {
  readonly mname: string;
  readonly rname: string;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
  readonly ttl: number;
  readonly srvWeight: number;
}

/** The parts that names are made with. */
export interface Naming {
  readonly domain: string;
  readonly compat: Compat;
}

/** The parts of a zone that belong to no single name. */
export interface ZoneHead extends Naming {
  readonly authority: Authority;
}

/** A zone to answer from. */
export interface Zone extends ZoneHead {
  /** The node at a name, without the final dot. */
  node(name: string): ZoneNode | undefined;
}

/** The options of names; the same for the life of a process. */
export interface ZoneOptions {
  readonly domain: string;
  readonly compat: Compat;
  readonly authority: Omit<Authority, 'serial'>;
  readonly labelRule: LabelRule;
  readonly ipSources: readonly IpSource[];
  /** The addresses this server answers on. */
  readonly ownAddresses: readonly string[];
  /** Leaves unhealthy instances out of a name as long as it has healthy ones. */
  readonly healthy: boolean;
}

/**
 * One change of the zone, as it travels between threads and processes.
 *
 * Each task, agent, framework, the masters and this server have one entry in the zone: a text that expands to records
 * (`table/zone-entry.ts`). Entries have numbers.
 */
export interface ZoneChange {
  readonly head: ZoneHead;
  /** True when the change holds all entries: an entry that is not in it is gone. A large zone comes in several parts. */
  readonly fresh: boolean;
  /** The first part: a fresh zone that was on its way before is not completed any more. */
  readonly first: boolean;
  /** Nothing of a change is answered before its last part is there. */
  readonly last: boolean;
  /** The approximate number of entries to come; told with a fresh zone. */
  readonly total: number;
  /** The numbers of the entries that are changed. */
  readonly entryNumbers: readonly number[];
  /** The text of each of these entries; null for one that is gone. */
  readonly entries: readonly (string | null)[];
}
