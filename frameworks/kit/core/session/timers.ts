/** The timers of a session. A framework spreads them into its own, and has their handlers in its table. */

import { timersOf } from '../../../../cluster/model/timers';

export const SESSION_TIMERS = {
  /** Unanswered kills are sent again: retryKills. */
  'kill-retry': {},
  /** A REVIVE is allowed again: what ends each step acts on it. */
  revive: {},
  /** A REVIVE is repeated once: repeatRevive. */
  'revive-again': {},
  /** Reconciliation of the tasks that the master has not confirmed: reconcileUnconfirmed. */
  confirm: {},
  /** Reconciliation of all tasks: reconcileAll. */
  reconcile: {},
} as const;

export const { wake } = timersOf(SESSION_TIMERS);
