/**
 * The shape of a zone, and the book that makers of records write it in.
 *
 * To serve another kind of name: a function over the book, and a row in `buildZone`.
 */

import type { LabelRule } from './labels';
import type { HostPort, IpSource, Note, Snapshot } from './snapshot';

export interface Service {
  readonly port: number;
  readonly target: string;
}

export interface ZoneNode {
  readonly a: ReadonlySet<string>;
  readonly aaaa: ReadonlySet<string>;
  /** By `port target`, which makes equal ones one. */
  readonly srv: ReadonlyMap<string, Service>;
}

/** One record as the listing of tasks shows it. */
export interface ListedRecord {
  readonly name: string;
  readonly host: string;
  readonly rtype: 'A' | 'AAAA' | 'SRV';
}

export interface ListedTask {
  readonly name: string;
  readonly id: string;
  /** Records that no earlier task had made. */
  readonly records: readonly ListedRecord[];
}

export interface ListedFramework {
  readonly name: string;
  readonly tasks: readonly ListedTask[];
}

/** What a zone says about itself, and what all its records share. */
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

export interface Zone {
  readonly domain: string;
  readonly authority: Authority;
  readonly nodes: ReadonlyMap<string, ZoneNode>;
  readonly frameworks: readonly ListedFramework[];
}

/** How names are made; the same for every zone. */
export interface ZoneOptions {
  readonly domain: string;
  readonly authority: Omit<Authority, 'serial'>;
  readonly labelRule: LabelRule;
  readonly ipSources: readonly IpSource[];
  /** The masters list of the configuration. */
  readonly masters: readonly HostPort[];
  /** The addresses this server answers on. */
  readonly ownAddresses: readonly string[];
}

export interface ZoneInput {
  readonly snapshot: Snapshot;
  readonly options: ZoneOptions;
  readonly serial: number;
  /** The addresses of a host name, looked up before; nothing for one that is not known. */
  readonly lookup: (host: string) => readonly string[];
  readonly note: Note;
}

/** What makers of records write to, and what they know. */
export interface ZoneBook extends Omit<ZoneInput, 'serial'> {
  /** Adds an address under a name. Returns whether it was new. */
  address(name: string, address: string): boolean;
  service(name: string, service: Service): boolean;
  /** Makes a name exist without anything at it. */
  exists(name: string): void;
  /** The addresses of a host: itself when it is one, else what the look-up gave. */
  addressesOf(host: string): readonly string[];
  framework(listed: ListedFramework): void;
}
