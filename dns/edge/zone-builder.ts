/**
 * The interface of the zone builder as the answering side sees it: changes come out, questions about the cluster go in. A
 * builder runs in this thread (`builder.ts`) or in one of its own (`builder-supervisor.ts`).
 */

import type { Running } from '../../cluster/runtime/lifecycle';
import type { BuilderStatus } from '../core/supervisor/supervisor';
import type { ZoneChange } from '../core/zone/zone';

export interface BuilderListener {
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
