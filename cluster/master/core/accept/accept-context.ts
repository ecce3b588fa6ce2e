/**
 * One ACCEPT while it is carried out. Operations run in order on the remaining resources, so that a reservation, a
 * volume made of it and a task on that volume fit into one call.
 *
 * Always true: offered = remaining + launched + resized, in amounts.
 */

import type { Resources } from '../../../model/resources';
import type { Millis } from '../../../model/time';
import type { Agent, Framework } from '../state/state';

export interface AcceptContext {
  readonly framework: Framework;
  readonly agent: Agent;
  /** The role of the offers; all resources here are allocated to it. */
  readonly role: string;
  readonly offered: Resources;
  /** The resources that later operations can use. */
  remaining: Resources;
  /** The shared resources of the offers, which any number of tasks of the call may use. */
  shared: Resources;
  /**
   * Resized volumes. They are returned at the end: as in the original, later operations of the call cannot use them.
   */
  resized: Resources;
  readonly now: Millis;
}
