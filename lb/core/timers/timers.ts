/**
 * The timers of the load balancer's machine.
 */

import { timersOf } from '../../../cluster/model/timers';

export const lbTimers = timersOf({
  /** The wait for Marathon's apps at the start is over. */
  reading: {},
  /** HAProxy is started again after a failed attempt. */
  restart: {},
  /** HAProxy's sockets are probed. */
  probe: {},
  /** The apps as last read are served again. */
  refresh: {},
  /** Connections of drained tasks are counted again. */
  count: {},
  /** Removed servers are tried to be deleted again. */
  sweep: {},
});
