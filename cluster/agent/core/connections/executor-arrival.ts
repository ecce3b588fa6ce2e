/**
 * Executors that come: new ones, and those that come back after their stream broke or the agent was restarted (Mesos 1.11
 * src/slave/slave.cpp, subscribe, registerExecutor, reregisterExecutor).
 *
 * Out: updates, event(ACKNOWLEDGED), tell(StatusUpdateAcknowledgement), update, event(SHUTDOWN), destroy
 */

import type * as mesos from '../../../api/generated/mesos';
import { note } from '../../../model/machine';
import { stateFor } from '../../../model/task-state';
import { beginShutdown } from '../executors/executors';
import { type AgentFramework, type AgentState, type Executor, isPartitionAware } from '../state/state';
import type { Turn } from '../state/turn';
import { changeResources, deliver } from '../tasks/deliver';
import { endTask, isUseless } from '../tasks/executor-tasks';
import { handleUpdate } from '../tasks/executor-updates';

/** The report of an executor that subscribes: tasks and updates that the agent has not acknowledged to it. */
export interface Luggage {
  readonly tasks: readonly mesos.TaskInfo[];
  readonly updates: readonly mesos.TaskStatus[];
}

export interface Welcome {
  readonly framework: AgentFramework;
  readonly executor: Executor;
  readonly luggage: Luggage;
  /** Tells the executor that it is known. */
  readonly greet: () => void;
}

/** The framework and executor of these ids, when they are there and not about to end. */
export function wantedExecutor(
  { frameworks, phase }: AgentState,
  frameworkId: string,
  executorId: string,
): { readonly framework: AgentFramework; readonly executor: Executor } | undefined {
  const framework = frameworks.get(frameworkId);
  const executor = framework?.executors.get(executorId);
  if (!framework || !executor || framework.terminating || phase === 'stopping') return undefined;
  return executor.state === 'registering' || executor.state === 'running'
    ? { framework, executor }
    : undefined;
}

/**
 * Takes up a connected executor: tasks that never reached it are dropped, its updates are handled, and what is queued is
 * delivered. One that has never got a task, and for which none waits, is shut down.
 */
export function welcome(turn: Turn, { framework, executor, luggage, greet }: Welcome): void {
  executor.state = 'running';
  dropUnknown(turn, framework, executor, luggage);
  if (isUseless(executor)) {
    const text = 'shutting down an executor whose tasks were all killed before it got them';
    note(turn, 'warn', text, { executor: executor.id });
    return beginShutdown(turn, executor);
  }
  greet();
  for (const status of luggage.updates) handleUpdate(turn, executor, status);
  if (executor.kind !== 'command') changeResources(turn, executor);
  deliver(turn, executor);
}

/** Drops tasks that were launched and that the executor does not know: the agent or the stream ended in between. */
function dropUnknown(
  turn: Turn,
  framework: AgentFramework,
  executor: Executor,
  { tasks, updates }: Luggage,
): void {
  const told = new Set([...tasks, ...updates].map(({ task_id }) => task_id.value));
  for (const [taskId, { state }] of executor.tasks) {
    if (state !== 'TASK_STAGING' || told.has(taskId)) continue;
    endTask(turn, executor, taskId, {
      state: stateFor(isPartitionAware(framework), 'TASK_DROPPED'),
      reason: 'REASON_AGENT_RESTARTED',
      message: 'Task launched during agent restart',
    });
  }
}
