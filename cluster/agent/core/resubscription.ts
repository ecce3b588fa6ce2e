/**
 * Executors that come back: tasks that they never got (Mesos 1.11 src/slave/slave.cpp, `subscribe`).
 *
 * Out: updates, event(SHUTDOWN)
 */

import type * as mesos from '../../api/generated/mesos';
import { note } from '../../model/machine';
import { isTerminal } from '../../model/task-state';
import { beginShutdown } from './executors';
import { count, type Executor, isPartitionAware } from './state';
import type { Turn } from './turn';
import { addUpdate } from './updates';

/**
 * Drops launched tasks that the executor neither lists nor has reported: the agent ended before it could hand them over. An
 * executor that never gets a task has nothing to wait for, and ends.
 */
export function dropUndelivered(turn: Turn, executor: Executor, listed: readonly mesos.TaskInfo[]): void {
  const { state } = turn;
  const { frameworkId, id: executorId } = executor;
  const delivered = new Set(listed.map(({ task_id }) => task_id.value));
  const end = isPartitionAware(state.frameworks.get(frameworkId)) ? 'TASK_DROPPED' : 'TASK_LOST';
  const message = 'Task launched during agent restart';
  for (const [taskId, task] of executor.tasks) {
    if (task.state !== 'TASK_STAGING' || delivered.has(taskId)) continue;
    task.state = end;
    if (end === 'TASK_LOST') count(state, 'slave/tasks_lost');
    addUpdate(turn, {
      frameworkId,
      executorId,
      taskId,
      state: end,
      reason: 'REASON_AGENT_RESTARTED',
      message,
    });
  }
  if (executor.queued.size > 0 || everSentTask(executor)) return;
  note(turn, 'warn', 'an executor that never got a task is shut down', { executor: executorId });
  beginShutdown(turn, executor);
}

/** True when a task has reached the executor. */
function everSentTask({ tasks, completedTasks }: Executor): boolean {
  for (const { state } of tasks.values()) if (!isTerminal(state)) return true;
  return [...tasks.values(), ...completedTasks].some(({ statuses }) =>
    statuses.some(({ source }) => source === 'SOURCE_EXECUTOR'),
  );
}
