/**
 * New tasks for the operators who follow events.
 *
 * Out: publish(TASK_ADDED)
 */

import type { MasterEffect } from '../state/effects';
import type { MasterState, TaskRecord } from '../state/state';
import { printTask } from './print-task';

/** Tells the operators who follow of new tasks; without any, nothing is printed at all. */
export function publishTasks(state: MasterState, tasks: readonly TaskRecord[]): MasterEffect[] {
  if (state.operators.size === 0) return [];
  return tasks.map((task) => ({
    kind: 'publish',
    event: { type: 'TASK_ADDED', task_added: { task: printTask(task) } },
  }));
}
