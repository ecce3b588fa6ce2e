/** The timers of Chronos. */

import { timersOf } from '../../../../cluster/model/timers';
import { SESSION_TIMERS } from '../../../kit/core/session/timers';

export const chronosTimers = timersOf({
  ...SESSION_TIMERS,
  /** The earliest slot of all jobs is due. */
  slots: {},
  /** The next attempt of a run is due. */
  attempt: { runId: String },
  /** The start deadline of a run has come. */
  deadline: { runId: String },
  /** A run takes longer than its job allows. */
  timeout: { runId: String },
  /** A run should have been launched long ago. */
  overdue: { runId: String },
  /** A task takes a multiple of the usual time. */
  slow: { runId: String },
  /** Entries of histories may have become too old. */
  retention: {},
  /** Offers have to be asked for, or given back. */
  demand: {},
});
