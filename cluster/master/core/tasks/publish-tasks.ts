/**
 * TASK_ADDED for followers.
 *
 * Out: publish(TASK_ADDED)
 */

import type { TaskRecord } from '../state/state';
import { emit, type Turn } from '../state/turn';
import { printTask } from './print-task';

/** Publishes new tasks. Without followers they are not even printed: there may be thousands of launches a second. */
export function publishTasks(turn: Turn, tasks: readonly TaskRecord[]): void {
  const { state } = turn;
  if (state.operators.size === 0) return;
  for (const task of tasks) {
    emit(turn, {
      kind: 'publish',
      event: { type: 'TASK_ADDED', task_added: { task: printTask(task) } },
    });
  }
}
