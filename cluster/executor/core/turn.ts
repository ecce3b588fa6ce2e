/** The turn of a step of the executor, whose effects are pushed in the order in which they leave; and its timers. */

import type { Turn as MachineTurn } from '../../model/machine';
import { timersOf } from '../../model/timers';
import type { ExecutorEffect } from './events';
import type { ExecutorState } from './state';

export const executorTimers = timersOf({
  /** The executor subscribes again. */
  subscribe: {},
  /** Updates that the agent has not acknowledged are sent again. */
  retry: {},
  /** The grace period of a kill is over. */
  grace: {},
  /** The executor does not wait any longer for the acknowledgement of its last update. */
  leave: {},
  /** A health check is due. */
  health: {},
  /** `max_completion_time` of the task is over. */
  completion: {},
});

export type Turn = MachineTurn<ExecutorState, ExecutorEffect>;

export const { wake } = executorTimers;
