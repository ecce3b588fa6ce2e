/**
 * The interface that records are emitted to, and what emitters read: an emitter is a function that takes both.
 *
 * To serve another kind of name: an emitter in `records/`, and an entry for it in `live/live-zone.ts`.
 */

import type { AgentFacts, FrameworkFacts, HostPort, Note } from '../facts/cluster-facts';
import type { Service, ZoneOptions } from './zone';

/** Takes the records of one entry. A record that is emitted twice at a name counts once. */
export interface RecordSink {
  /** An A or AAAA record, by the form of the address. */
  address(name: string, address: string): void;
  /** A SRV record (RFC 2782). */
  service(name: string, service: Service): void;
  /** Makes a name exist without any record at it. */
  exists(name: string): void;
}

/** A sink for tasks, some of which are unhealthy. */
export interface TaskRecordSink extends RecordSink {
  /** Takes the records of unhealthy tasks: they count only where a name has no others. */
  readonly unhealthy: RecordSink;
}

/** The facts and settings that emitters read, besides the thing that they emit records of. */
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
