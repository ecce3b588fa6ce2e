/**
 * The registry as this master knows it, and the changes on their way into it.
 *
 * Always true: the members read here (agents, unreachable, ...) are stored; `ahead` includes the store in flight. One
 * store is in flight at a time; changes that come meanwhile go out together in the next one. The continuation of a
 * change runs after it is stored (Mesos 1.11 src/master/registrar.cpp).
 */

import type { Operation } from './changes';
import { emptyRecord, type RegistryRecord } from './record';

export interface RegistryState extends RegistryRecord {
  /** The contents once the store in flight is done. */
  readonly ahead: RegistryRecord;
  /** The store in flight; undefined when there is none. */
  inFlight: { readonly ticket: number; readonly operations: readonly Operation[] } | undefined;
  queued: Operation[];
  /** Pids and ids of agents whose admission is on its way: their repeated registrations are ignored. */
  readonly arriving: Set<string>;
}

export function emptyRegistry(): RegistryState {
  return { ...emptyRecord(), ahead: emptyRecord(), inFlight: undefined, queued: [], arriving: new Set() };
}
