/**
 * Executors and their tasks: launched, subscribed, heard, killed, gone.
 *
 * In: executor.*, container.*, master.killTask, master.shutdownFramework, stop, woke(executor ...),
 * woke(destroy ...)
 * Out: launch, destroy, event, answer, and updates
 */

import type { Millis } from '../../model/time';
import type { AgentEffect } from './effects';
import type { AgentState, Executor } from './state';

/** The terminal update of a task is acknowledged: forget it, and its executor when that was its last. */
export function forgetTask(state: AgentState, frameworkId: string, taskId: string): void {
  const framework = state.frameworks.get(frameworkId);
  for (const executor of framework?.executors.values() ?? []) {
    if (executor.tasks.delete(taskId)) forgetExecutor(state, executor);
  }
}

/** Forgets an executor that has ended and owes nothing, and its framework when that was its last. */
export function forgetExecutor(state: AgentState, executor: Executor): void {
  const framework = state.frameworks.get(executor.frameworkId);
  if (!framework || executor.state !== 'terminated' || executor.tasks.size > 0) return;
  framework.executors.delete(executor.id);
  if (framework.executors.size === 0) state.frameworks.delete(framework.id);
}

/** While we stop: says so when the last executor has ended. Unacknowledged updates do not hold us. */
export function stoppedWhenNoneAlive(state: AgentState): AgentEffect[] {
  return state.phase === 'stopping' && noneAlive(state) ? [{ kind: 'stopped' }] : [];
}

/** Whether no executor runs any more. */
function noneAlive(state: AgentState): boolean {
  for (const { executors } of state.frameworks.values()) {
    for (const executor of executors.values()) if (executor.state !== 'terminated') return false;
  }
  return true;
}

/** Asks an executor to end itself, and ends it by force when it takes too long. */
export function shutDown(state: AgentState, executor: Executor, now: Millis): AgentEffect[] {
  if (executor.state === 'terminating' || executor.state === 'terminated') return [];
  const { stream } = executor;
  executor.state = 'terminating';
  if (stream === undefined) return [{ kind: 'destroy', containerId: executor.containerId }];
  const at = now + state.boot.settings.executorShutdownGraceMs;
  return [
    { kind: 'event', stream, event: { type: 'SHUTDOWN' } },
    { kind: 'wake', timer: `destroy ${executor.containerId}`, at },
  ];
}
