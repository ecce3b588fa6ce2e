/**
 * TASK_ADDED for followers.
 *
 * Out: publish(TASK_ADDED)
 */

import type { MasterEffect } from '../state/effects';
import type { MasterState, TaskRecord } from '../state/state';
import { printTask } from './print-task';

/** Publishes new tasks. Without followers they are not even printed: there may be thousands of launches a second. */
export function publishTasks(state: MasterState, tasks: readonly TaskRecord[]): MasterEffect[] {
  if (state.operators.size === 0) return [];
  return tasks.map((task) => ({
    kind: 'publish',
    event: { type: 'TASK_ADDED', task_added: { task: printTask(task) } },
  }));
}
