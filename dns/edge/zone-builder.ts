/**
 * The interface of the zone builder as the answering side sees it: changes come out, questions about the cluster go in. A
 * builder runs in this thread (`builder.ts`) or in one of its own (`builder-supervisor.ts`).
 */

import type { Running } from '../../cluster/runtime/lifecycle';
import type { ZoneChange } from '../core/zone/zone';
import type { FactSource } from './follow';

export interface BuilderStatus {
  readonly source: FactSource;
  /** The time at which a master was heard last; 0 for never. */
  readonly heardAt: number;
  /** Loads and streams that failed. */
  readonly failures: number;
  readonly tasks: number;
}

export const NO_STATUS: BuilderStatus = { source: 'none', heardAt: 0, failures: 0, tasks: 0 };

export interface BuilderEvents {
  readonly change: (change: ZoneChange) => void;
  readonly status: (status: BuilderStatus) => void;
  /** Called when the process should end. */
  readonly lost: (reason: string) => void;
}

/**
 * A question about the cluster. The answer is JSON as bytes, since some answers are as large as the cluster. `explain` and
 * `why` are about a name.
 */
export type ClusterQuery = 'enumerate' | 'axfr' | 'explain' | 'why';

export interface ZoneBuilder extends Running {
  ask(what: ClusterQuery, name: string): Promise<Uint8Array>;
}
