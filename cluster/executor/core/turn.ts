/** The turn of a step of the executor, whose effects are pushed in the order in which they leave; and its timers. */

import type { Turn as MachineTurn } from '../../model/machine';
import { timersOf } from '../../model/timers';
import type { ExecutorEffect } from './events';
import { type ExecutorState, savedOf } from './state';

export const executorTimers = timersOf({
  /** The executor subscribes again. */
  subscribe: {},
  /** Updates that the agent has not acknowledged are sent again. */
  retry: {},
  /** The grace period of a kill is over. */
  grace: { taskId: String },
  /** The executor does not wait any longer for the acknowledgement of its last update. */
  leave: {},
  /** A health check is due. */
  health: { taskId: String },
  /** A check is due. */
  check: { taskId: String },
  /** `max_completion_time` of a task is over. */
  completion: { taskId: String },
});

/** The timer of a task. */
export type TaskTimer = { readonly taskId: string };

export interface Turn extends MachineTurn<ExecutorState, ExecutorEffect> {
  /** True when the step has changed something that is saved. */
  changed?: boolean;
}

export const { wake } = executorTimers;

/** Saves what a step has changed, before the effects of the step announce it. */
export function saveChanges({ state, effects, changed }: Turn): void {
  if (changed && state.boot.container) effects.unshift({ kind: 'save', saved: savedOf(state) });
}
