/**
 * The meaning of Mesos' task states for an attempt.
 *
 * The original handles FINISHED, FAILED, LOST and KILLED; a task in any other final state it forgets, so that the run has
 * no end.
 */

import { isTerminal, type TaskState } from '../../../../cluster/model/task-state';
import type { AttemptEnd } from './run';

export interface TaskUpdate {
  readonly state: TaskState;
  readonly reason: string | undefined;
  readonly message: string | undefined;
}

export type UpdateMeaning =
  | { readonly kind: 'staging' }
  | { readonly kind: 'running' }
  /** The task may run on: its agent cannot be reached. */
  | { readonly kind: 'uncertain' }
  /** The launch never began; it is repeated. */
  | { readonly kind: 'not launched'; readonly reason: string }
  | { readonly kind: 'ended'; readonly end: AttemptEnd };

/** `hasStarted` when an earlier update told that the task was starting or running. */
export function meaningOf(update: TaskUpdate, hasStarted: boolean): UpdateMeaning {
  const reason = reasonText(update);
  switch (update.state) {
    case 'TASK_STAGING':
      return { kind: 'staging' };
    case 'TASK_STARTING':
    case 'TASK_RUNNING':
    case 'TASK_KILLING':
      return { kind: 'running' };
    case 'TASK_UNREACHABLE':
      return { kind: 'uncertain' };
    case 'TASK_FINISHED':
      return { kind: 'ended', end: { kind: 'success' } };
    case 'TASK_KILLED':
      return { kind: 'ended', end: { kind: 'killed', reason } };
    case 'TASK_DROPPED':
    case 'TASK_LOST':
    case 'TASK_UNKNOWN':
    // The answer of the master about a task that it and its agent, or its lost agent, have never had.
    case 'TASK_GONE':
    case 'TASK_GONE_BY_OPERATOR':
      return hasStarted ? failure(reason) : { kind: 'not launched', reason };
    default:
      return isTerminal(update.state) ? failure(reason) : { kind: 'uncertain' };
  }
}

function failure(reason: string): UpdateMeaning {
  return { kind: 'ended', end: { kind: 'failure', reason } };
}

function reasonText({ state, reason, message }: TaskUpdate): string {
  const detail = [reason, message].filter((part) => part !== undefined && part !== '').join(': ');
  return detail === '' ? state : `${state} (${detail})`;
}
