/**
 * The shape of a zone, and what makers of records write to.
 *
 * To serve another kind of name: a maker that writes to `Put`, and a thing in `live-zone.ts`.
 */

import type { LabelRule } from './labels';
import type { AgentFacts, FrameworkFacts, HostPort, IpSource, Note } from './snapshot';

/**
 * The modes of compatibility where the original and the standards differ: `mesos-dns` keeps the original's
 * answers wherever a client may depend on them, `standard` follows the RFCs.
 */
export const COMPATS = ['mesos-dns', 'standard'] as const;
export type Compat = (typeof COMPATS)[number];

export interface Service {
  /** As the cluster wrote it; cut to 16 bits when it is encoded. */
  readonly port: number;
  readonly target: string;
}

export interface ZoneNode {
  readonly a: readonly string[];
  readonly aaaa: readonly string[];
  readonly services: readonly Service[];
  /** False when only names below it were made. */
  readonly named: boolean;
}

/** The zone's facts about itself, and those that all its records share. */
export interface Authority {
  readonly primary: string;
  readonly admin: string;
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

/** The context of record makers, besides the thing they are about. */
export interface RecordContext {
  readonly options: ZoneOptions;
  /** The addresses of a host: itself when it is one, else what the look-up gave. */
  addressesOf(host: string): readonly string[];
  agent(id: string): AgentFacts | undefined;
  framework(id: string): FrameworkFacts | undefined;
  readonly leader: HostPort | undefined;
  /** The list of masters, from the configuration or from ZooKeeper. */
  readonly masters: readonly HostPort[];
  readonly note: Note;
}

/** Takes the records of one thing. What is put twice at a name stands there once. */
export interface RecordSink {
  address(name: string, address: string): void;
  service(name: string, service: Service): void;
  /** Makes a name exist without anything at it. */
  exists(name: string): void;
}

/** One change of the table that is answered from, as it travels between threads and processes. */
export interface ZoneChange {
  readonly head: ZoneHead;
  /** These are all things: what is not here is gone. A large zone comes in several parts. */
  readonly fresh: boolean;
  /** The first part: a fresh zone that was on its way before is not completed any more. */
  readonly first: boolean;
  /** Nothing of a change is answered before its last part is there. */
  readonly last: boolean;
  /** The approximate number of things to come; told with a fresh zone. */
  readonly total: number;
  /** The numbers of the things that are changed. */
  readonly entryNumbers: readonly number[];
  /** For each thing what it puts in the zone, see `recipe.ts`; null for one that is gone. */
  readonly entries: readonly (string | null)[];
}
