/**
 * A check of all that an executor's state promises about its tasks and its updates.
 */

import type { ExecutorState } from './state';

/** The violations, a text each; none in a state that is right. */
export function checkExecutor(state: ExecutorState): string[] {
  const { boot, tasks, launches, connected, disconnectedAt, unacknowledged } = state;
  const errors: string[] = [];
  if (boot.kind === 'command' && launches > 1) errors.push(`a command executor with ${launches} launches`);
  for (const [id, { info, launch, killing }] of tasks) {
    if (info.task_id.value !== id) errors.push(`the task ${info.task_id.value} is at ${id}`);
    if (launch > launches) errors.push(`the task ${id} is of launch ${launch} of ${launches}`);
    if (killing && killing.until < killing.since) errors.push(`the kill of ${id} ends before it begins`);
  }
  if (connected && disconnectedAt !== undefined)
    errors.push(`connected, and disconnected at ${disconnectedAt}`);
  for (const [uuid, status] of unacknowledged)
    if (status.uuid !== uuid) errors.push(`the update ${status.uuid} is at ${uuid}`);
  return errors;
}
