/**
 * The recovery of what earlier runs have left (Mesos 1.11 src/slave/slave.cpp, `_recover`, `reregisterExecutorTimeout`).
 *
 * Containers are adopted first, then their executors have `--executor_reregistration_timeout` to come back. Unlike the
 * original, which always waits for that time, the agent registers as soon as the last one is back.
 *
 * In: recover, recovered, recovery.failed, woke(reregistration)
 * Out: recover, destroy, event, updates, abort, wake
 */

import { note } from '../../../model/machine';
import { isTerminal } from '../../../model/task-state';
import { printDuration } from '../../../model/time';
import { keep } from '../checkpoint/keep';
import { reconnectExecutors } from '../connections/driver-executors';
import { stoppedWhenNoneAlive } from '../executors/executors';
import { scheduleRegistration } from '../registration/registration';
import type { RecoveredExecutor } from '../state/effects';
import type { EventOf } from '../state/events';
import { type AgentState, type Executor, isPartitionAware } from '../state/state';
import { type Turn, wake } from '../state/turn';
import { drain } from '../tasks/drain';
import { containerExited, neverLaunched } from '../tasks/terminations';

/** Looks for the containers of earlier runs. After a restart of the machine there are none. */
export function recover({ state, effects }: Turn): void {
  const { recovery } = state.boot;
  if (!recovery) return;
  state.recovery = 'containers';
  effects.push({ kind: 'recover', executors: recovery.rebooted ? [] : describeExecutors(state) });
}

function liveExecutors({ frameworks }: AgentState): Executor[] {
  return [...frameworks.values()].flatMap(({ executors }) => [...executors.values()]);
}

function describeExecutors(state: AgentState): RecoveredExecutor[] {
  return liveExecutors(state).map(({ containerId, kind, frameworkId, id, tasks }) => {
    const running = [...tasks.values()].filter((task) => !isTerminal(task.state)).map(({ info }) => info);
    const framework = state.frameworks.get(frameworkId)?.info;
    return { containerId, executor: kind, frameworkId, executorId: id, framework, tasks: running };
  });
}

/**
 * The containers are adopted. Executors without one have ended or were never launched; the others may come back, or are
 * told to end.
 */
export function recovered(turn: Turn, { containerIds }: EventOf<'recovered'>): void {
  const { state, now } = turn;
  if (state.recovery !== 'containers') return;
  state.recovery = 'executors';
  const adopted = new Set(containerIds);
  for (const executor of liveExecutors(state)) {
    const { containerId } = executor;
    if (adopted.has(containerId)) continue;
    if (state.boot.recovery?.rebooted || wasHeardOf(executor))
      containerExited(turn, { kind: 'container.exited', at: now, containerId, termination: undefined });
    else neverLaunched(turn, executor);
  }
  if (state.phase !== 'recovering') return;
  if (state.boot.recovery?.mode === 'cleanup') return cleanUp(turn);
  const timeoutMs = state.boot.settings.executorReregistrationTimeoutMs;
  if (isRecovered(state)) return;
  wake(turn, { kind: 'reregistration' }, now + timeoutMs);
  reconnectExecutors(turn);
}

/** True for an executor of whose tasks something is known: it ran, though nothing is left of its container. */
function wasHeardOf({ pid, tasks, completedTasks }: Executor): boolean {
  return (
    pid !== undefined || [...tasks.values(), ...completedTasks].some(({ statuses }) => statuses.length > 0)
  );
}

/** Executors are ended as they come back, or by force after their grace period, and the agent with them. */
function cleanUp(turn: Turn): void {
  const { state, now } = turn;
  for (const executor of liveExecutors(state)) {
    if (executor.state === 'terminated') continue;
    executor.state = 'terminating';
    const graceMs = state.boot.settings.executorShutdownGraceMs;
    wake(turn, { kind: 'destroy', containerId: executor.containerId }, now + graceMs);
  }
  finish(turn, 'stopping');
  stoppedWhenNoneAlive(turn);
}

/** Without its containers an agent would launch tasks a second time. */
export function recoveryFailed({ effects }: Turn, { reason }: EventOf<'recovery.failed'>): void {
  effects.push({ kind: 'abort', reason: `Failed to perform recovery: ${reason}` });
}

/** Destroys the executors that have not come back in time. */
export function reregistrationTimedOut(turn: Turn): void {
  const { state, effects } = turn;
  if (state.recovery !== 'executors') return;
  const timeout = printDuration(state.boot.settings.executorReregistrationTimeoutMs);
  for (const executor of liveExecutors(state)) {
    if (executor.state !== 'registering') continue;
    executor.state = 'terminating';
    const aware = isPartitionAware(state.frameworks.get(executor.frameworkId));
    executor.pendingTermination = {
      status: undefined,
      state: aware ? 'TASK_GONE' : 'TASK_LOST',
      reason: 'REASON_EXECUTOR_REREGISTRATION_TIMEOUT',
      message: `Executor did not reregister within ${timeout}`,
    };
    note(turn, 'warn', 'an executor did not come back', { executor: executor.id });
    effects.push({ kind: 'destroy', containerId: executor.containerId });
  }
}

/** Ends the recovery once no executor is awaited any more: the agent registers. Runs at the end of each step. */
export function endRecovery(turn: Turn): void {
  const { state, now } = turn;
  if (state.recovery !== 'executors' || !isRecovered(state)) return;
  finish(turn, state.phase === 'recovering' ? 'disconnected' : state.phase);
  if (state.phase !== 'disconnected') return;
  if (state.drain)
    drain(turn, { kind: 'master.drain', at: now, from: state.master ?? '', config: state.drain });
  if (state.master !== undefined) scheduleRegistration(turn);
}

function isRecovered(state: AgentState): boolean {
  for (const { executors } of state.frameworks.values())
    for (const executor of executors.values()) if (executor.state === 'registering') return false;
  return true;
}

function finish(turn: Turn, phase: AgentState['phase']): void {
  const { state, now } = turn;
  state.recovery = undefined;
  state.phase = phase;
  const seconds = (now - state.boot.startedAt) / 1000;
  state.counters.set('slave/recovery_time_secs', seconds);
  const bootId = state.boot.recovery?.bootId;
  if (bootId !== undefined) keep(state, { entry: 'boot', value: bootId });
  note(turn, 'info', 'recovered', { executors: liveExecutors(state).length, seconds });
}
