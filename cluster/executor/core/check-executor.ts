/**
 * A check of all that the command executor's state promises about its task and its updates.
 */

import type { ExecutorState } from './state';

/** The violations, a text each; none in a state that is right. */
export function checkExecutor(state: ExecutorState): string[] {
  const { task, killing, connected, disconnectedAt, unacknowledged } = state;
  const errors: string[] = [];
  if ((task === undefined) !== (state.process === 'none'))
    errors.push(`the process is ${state.process}, the task ${task?.name}`);
  if (killing && !task) errors.push('a kill of no task');
  if (connected && disconnectedAt !== undefined)
    errors.push(`connected, and disconnected at ${disconnectedAt}`);
  for (const [uuid, status] of unacknowledged)
    if (status.uuid !== uuid) errors.push(`the update ${status.uuid} is at ${uuid}`);
  return errors;
}
