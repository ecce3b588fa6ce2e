/** The timers of Marathon. */

import { type TimerOf, timersOf } from '../../../../cluster/model/timers';
import { SESSION_TIMERS } from '../../../kit/core/session/timers';

export const marathonTimers = timersOf({
  ...SESSION_TIMERS,
  /** The next probe of a health check. */
  probe: { instanceId: String, index: Number },
  /** The next probe of the readiness check. */
  ready: { instanceId: String },
  /** An unreachable instance becomes inactive. */
  unreachable: { instanceId: String },
  /** An app of very many instances is scaled on. */
  settle: { appId: String },
  /** Offers that wait are looked at again. */
  offers: {},
  /** Offer constraints may be sent again. */
  'offer-constraints': {},
  /** A deployment has to be over. */
  deadline: { deploymentId: String },
  /** A launch delay is over. */
  backoff: {},
  /** Launch delays that are over are forgotten. */
  'backoff-clean': {},
  /** Instances that have not become running in time are killed. */
  overdue: {},
  /** Instances that have been unreachable for too long are expunged. */
  expunge: {},
  /** All apps are brought to their number of instances. */
  'scale-check': {},
});

type Spec = (typeof marathonTimers)['spec'];
export type Timer<Kind extends keyof Spec = keyof Spec> = TimerOf<Spec, Kind>;
