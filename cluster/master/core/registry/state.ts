/**
 * The record of agents that outlives a master, and the changes on their way into it.
 *
 * Always true: what is read here (agents, unreachable, ...) is stored; `ahead` is that and the store in
 * flight. One store is in flight at a time; changes that come meanwhile wait and go out together; what
 * follows from a change happens after it is stored (Mesos 1.11 src/master/registrar.cpp).
 */

import type { Operation } from './changes';
import { emptyRecord, type RegistryRecord } from './record';

export interface RegistryState extends RegistryRecord {
  /** The record as it is once the store in flight is done. */
  readonly ahead: RegistryRecord;
  /** The ticket and the operations of the store on its way. */
  inFlight: { readonly ticket: number; readonly operations: readonly Operation[] } | undefined;
  queued: Operation[];
  /** Addresses of agents whose admission is on its way. */
  readonly arriving: Set<string>;
}

export function emptyRegistry(): RegistryState {
  return { ...emptyRecord(), ahead: emptyRecord(), inFlight: undefined, queued: [], arriving: new Set() };
}
