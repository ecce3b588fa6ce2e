/**
 * Keys of tasks and executors in the maps of an agent.
 */

import type { ExecutorId, FrameworkId } from '../../../model/ids';

/** The key of a task on an agent: ids are unique within a framework only. */
export function taskKey(task: { frameworkId: FrameworkId; id: string }): string {
  return `${task.frameworkId} ${task.id}`;
}

/** The key of an executor: ids are unique within a framework only. */
export function executorKey(frameworkId: FrameworkId, executorId: ExecutorId): string {
  return `${frameworkId} ${executorId}`;
}
