/**
 * The ends of executors: their shutdown, and their way to the completed ones, with their tasks and
 * frameworks.
 *
 * Out: destroy, event(SHUTDOWN), tell(ShutdownExecutor), send(ExitedExecutor), wake, stopped
 */

import type { ExitStatus } from '../../../model/exit-status';
import { forgetExecutor, forgetFramework, forgetTask, keepExecutor } from '../checkpoint/keep';
import { shutdownGraceMs } from '../containers/executor-environment';
import {
  type AgentFramework,
  type AgentState,
  type Executor,
  findExecutor,
  takeExecutor,
  type UpdateStream,
} from '../state/state';
import { type Turn, wake } from '../state/turn';
import { endOfExecutor, endOfFramework } from './garbage';
import { isConnected, tellExecutor } from './tell-executor';

/** As in Mesos 1.11 (src/slave/constants.hpp). */
const COMPLETED_FRAMEWORKS_MAX = 50;
const COMPLETED_TASKS_MAX = 200;

/** Completes a task whose terminal update is acknowledged, and its executor when it was the last one. */
export function completeTask(
  state: AgentState,
  { frameworkId, executorId, taskId }: Pick<UpdateStream, 'frameworkId' | 'executorId' | 'taskId'>,
): void {
  const reporter = state.frameworks.get(frameworkId)?.executors.get(executorId);
  // A stream that began with the kill of a task that was not here names no executor.
  const executor = reporter?.tasks.has(taskId) ? reporter : findExecutor(state, frameworkId, taskId);
  const task = executor?.tasks.get(taskId);
  if (!executor || !task) return;
  executor.tasks.delete(taskId);
  const dropped = push(executor.completedTasks, task, COMPLETED_TASKS_MAX);
  for (const { info } of dropped) forgetTask(state, executor, info.task_id.value);
  completeExecutor(state, executor);
}

/**
 * Moves an ended executor without unacknowledged updates to the completed ones, and its framework when it was
 * the last one.
 */
export function completeExecutor(state: AgentState, executor: Executor): void {
  const framework = state.frameworks.get(executor.frameworkId);
  if (!framework || executor.state !== 'terminated') return;
  if (executor.tasks.size > 0 && !framework.terminating) return;
  takeExecutor(state, framework, executor);
  endOfExecutor(state, executor.directory);
  const dropped = push(framework.completedExecutors, executor, state.boot.settings.maxCompletedExecutors);
  keepExecutor(state, framework, executor);
  for (const oldest of dropped) forgetExecutor(state, oldest);
  completeFramework(state, framework);
}

/** Moves a framework without executors to the completed ones. */
export function completeFramework(state: AgentState, framework: AgentFramework): void {
  if (framework.executors.size > 0) return;
  state.frameworks.delete(framework.id);
  endOfFramework(state, framework.id);
  state.completedFrameworks.set(framework.id, framework);
  for (const oldest of state.completedFrameworks.values()) {
    if (state.completedFrameworks.size <= COMPLETED_FRAMEWORKS_MAX) break;
    state.completedFrameworks.delete(oldest.id);
    forgetFramework(state, oldest);
  }
}

/** Adds to a bounded list, and returns the oldest ones that had to leave it. */
function push<T>(list: T[], item: T, max: number): T[] {
  list.push(item);
  return list.splice(0, Math.max(0, list.length - max));
}

/** Reports the end of a stop when the last executor has ended. Unacknowledged updates do not delay it. */
export function stoppedWhenNoneAlive({ state, effects }: Turn): void {
  if (state.phase === 'stopping' && noneAlive(state)) effects.push({ kind: 'stopped' });
}

/** True when no executor runs any more. */
function noneAlive(state: AgentState): boolean {
  for (const { executors } of state.frameworks.values()) {
    for (const executor of executors.values()) if (executor.state !== 'terminated') return false;
  }
  return true;
}

/** Asks an executor to end itself, and ends it by force when it takes too long, or when it is not there yet. */
export function beginShutdown(turn: Turn, executor: Executor): void {
  if (executor.state === 'terminating' || executor.state === 'terminated') return;
  const { state, now, effects } = turn;
  const { containerId } = executor;
  executor.state = 'terminating';
  if (!isConnected(executor)) {
    effects.push({ kind: 'destroy', containerId });
    return;
  }
  tellExecutor(turn, executor, { type: 'SHUTDOWN' });
  wake(turn, { kind: 'destroy', containerId }, now + shutdownGraceMs(state, executor));
}

/** Tells the master that an executor which it knows of is not here any more. */
export function tellExit(
  { state, effects }: Turn,
  frameworkId: string,
  executorId: string,
  status?: ExitStatus,
): void {
  const { master, agentId } = state;
  if (master === undefined || agentId === undefined) return;
  const message = {
    slave_id: { value: agentId },
    framework_id: { value: frameworkId },
    executor_id: { value: executorId },
    status: waitStatus(status),
  };
  effects.push({ kind: 'send', to: master, name: 'mesos.internal.ExitedExecutorMessage', message });
}

/** Numbers of signals that end executors, on Linux. */
const SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
};
const UNKNOWN_STATUS = -1;

/** The status as wait(2) gives it, which frameworks get. */
function waitStatus(status: ExitStatus | undefined): number {
  if (!status) return UNKNOWN_STATUS;
  return 'code' in status ? status.code << 8 : (SIGNALS[status.signal] ?? UNKNOWN_STATUS);
}
