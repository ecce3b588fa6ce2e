/**
 * Keys of tasks and executors in the maps of an agent.
 */

/** The key of a task on an agent: ids are unique within a framework only. */
export function taskKey(task: { frameworkId: string; id: string }): string {
  return `${task.frameworkId} ${task.id}`;
}

/** The key of an executor: ids are unique within a framework only. */
export function executorKey(frameworkId: string, executorId: string): string {
  return `${frameworkId} ${executorId}`;
}
