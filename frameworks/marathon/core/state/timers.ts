/** The timers of Marathon. */

import { type TimerOf, timersOf } from '../../../../cluster/model/timers';

export const marathonTimers = timersOf({
  /** The next probe of a health check. */
  probe: { instanceId: String, index: Number },
  /** The next probe of the readiness check. */
  ready: { instanceId: String },
  /** An unreachable instance becomes inactive. */
  unreachable: { instanceId: String },
  /** Unanswered kills are sent again. */
  'kill-retry': {},
  /** A launch delay is over. */
  backoff: {},
  /** A REVIVE is allowed again. */
  revive: {},
  /** An unanswered REVIVE is sent again. */
  'revive-again': {},
  /** Launch delays that are over are forgotten. */
  'backoff-clean': {},
  /** Instances that have not become running in time are killed. */
  overdue: {},
  /** Instances that have been unreachable for too long are expunged. */
  expunge: {},
  /** All apps are brought to their number of instances. */
  'scale-check': {},
  /** Reconciliation of the tasks that the master has not confirmed. */
  confirm: {},
  /** Reconciliation of all tasks. */
  reconcile: {},
});

type Spec = (typeof marathonTimers)['spec'];
export type Timer<Kind extends keyof Spec = keyof Spec> = TimerOf<Spec, Kind>;
