/**
 * One ACCEPT while it is carried out: operations run in order on what the offers had, so that a reservation,
 * a volume made of it and a task on that volume fit into one call.
 *
 * Always true: offered = remaining + launched + resized, in amounts.
 */

import type { Resources } from '../../../model/resources';
import type { Millis } from '../../../model/time';
import type { Agent, Framework } from '../state/state';

export interface Batch {
  readonly framework: Framework;
  readonly agent: Agent;
  /** The role of the allocation; all resources here carry it. */
  readonly role: string;
  readonly offered: Resources;
  /** The resources that later operations can use. */
  remaining: Resources;
  /** Shared resources of the offers, which every task of the call may use again. */
  shared: Resources;
  /** Volumes that were resized: they go back, but not to later operations of the same call. */
  resized: Resources;
  readonly now: Millis;
}
