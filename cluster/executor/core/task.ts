/**
 * The life of the task (Mesos 1.11 src/launcher/executor.cpp).
 *
 * The executor starts the command, reports its states, ends it when told to, and exits when the agent has acknowledged
 * the last update.
 *
 * In: agent.launch, agent.kill, agent.acknowledged, agent.shutdown, process.started, process.failed, process.exited,
 * woke(completion), woke(leave)
 * Out: spawn, signal, update, wake, exit
 */

import type * as mesos from '../../api/generated/mesos';
import type { EventOf, ExitStatus } from './events';
import { startHealth } from './health';
import { beginKill, graceOf } from './kill';
import type { ExecutorState } from './state';
import { type Turn, wake } from './turn';
import { update } from './updates';

/** Time in which the executor waits for the acknowledgement of its last update. */
const LAST_ACKNOWLEDGEMENT_MS = 60_000;

export function launch(turn: Turn, { task }: EventOf<'agent.launch'>): void {
  const { state, effects } = turn;
  if (state.task) {
    const text = 'Attempted to run multiple tasks using a "command" executor';
    return update(turn, { task_id: task.task_id, state: 'TASK_FAILED', message: text });
  }
  state.task = task;
  state.process = 'starting';
  update(turn, { task_id: task.task_id, state: 'TASK_STARTING' });
  effects.push({ kind: 'spawn', task, user: task.command?.user ?? state.framework?.user });
}

export function started(turn: Turn): void {
  const { state, now, effects } = turn;
  if (!state.task || state.process !== 'starting') return;
  state.process = 'running';
  update(turn, { task_id: state.task.task_id, state: 'TASK_RUNNING' });
  if (state.killing) {
    effects.push({ kind: 'signal', signal: 'SIGTERM' });
    return;
  }
  const limitMs = Number(state.task.max_completion_time?.nanoseconds ?? 0) / 1e6;
  if (limitMs > 0) wake(turn, { kind: 'completion' }, now + limitMs);
  startHealth(turn);
}

export function kill(turn: Turn, { taskId, killPolicy }: EventOf<'agent.kill'>): void {
  const { task } = turn.state;
  if (task?.task_id.value !== taskId) return;
  beginKill(turn, { by: 'kill', graceMs: graceOf(killPolicy) ?? graceOf(task.kill_policy) });
}

export function shutdown(turn: Turn): void {
  const { state } = turn;
  if (!state.task || state.process === 'none' || state.process === 'ended') exit(turn);
  else beginKill(turn, { by: 'shutdown', graceMs: state.boot.shutdownGraceMs });
}

/** The task has run for longer than its `max_completion_time`. */
export function completionOver(turn: Turn): void {
  const graceMs = graceOf(turn.state.task?.kill_policy);
  beginKill(turn, { by: 'kill', graceMs, text: 'completion' });
}

/** The command has ended, or could not be started. */
export function ended(turn: Turn, how: ExitStatus | { readonly failure: string }): void {
  const { state, now, effects } = turn;
  if (!state.task || state.process === 'ended' || state.process === 'none') return;
  state.process = 'ended';
  // Processes that the command left running end with it.
  effects.push({ kind: 'signal', signal: 'SIGKILL' });
  update(turn, { task_id: state.task.task_id, ...terminalStatus(state, how) });
  wake(turn, { kind: 'leave' }, now + LAST_ACKNOWLEDGEMENT_MS);
}

type TerminalStatus = Pick<mesos.TaskStatus, 'state' | 'message' | 'reason' | 'healthy'>;

function terminalStatus(
  state: ExecutorState,
  how: ExitStatus | { readonly failure: string },
): TerminalStatus {
  if ('failure' in how) {
    return { state: 'TASK_FAILED', message: how.failure, reason: 'REASON_CONTAINER_LAUNCH_FAILED' };
  }
  const text = describe(how);
  const { killing } = state;
  if (killing?.text === 'completion') {
    return { state: 'TASK_FAILED', message: text, reason: 'REASON_MAX_COMPLETION_TIME_REACHED' };
  }
  if (killing) {
    return {
      state: 'TASK_KILLED',
      message: killing.text ?? text,
      ...(killing.by === 'health' && { healthy: false }),
    };
  }
  return { state: 'code' in how && how.code === 0 ? 'TASK_FINISHED' : 'TASK_FAILED', message: text };
}

/** Names of signals as the C library describes them, for those that end tasks. */
const SIGNAL_TEXTS: Record<string, string> = {
  SIGHUP: 'Hangup',
  SIGINT: 'Interrupt',
  SIGQUIT: 'Quit',
  SIGABRT: 'Aborted',
  SIGKILL: 'Killed',
  SIGSEGV: 'Segmentation fault',
  SIGPIPE: 'Broken pipe',
  SIGTERM: 'Terminated',
};

function describe(how: ExitStatus): string {
  return 'code' in how
    ? `Command exited with status ${how.code}`
    : `Command terminated with signal ${SIGNAL_TEXTS[how.signal] ?? how.signal}`;
}

/** The agent has acknowledged an update: after the last one the executor exits. */
export function acknowledged(turn: Turn, { uuid }: EventOf<'agent.acknowledged'>): void {
  const { state } = turn;
  state.unacknowledged.delete(uuid);
  if (state.process === 'ended' && state.unacknowledged.size === 0) exit(turn);
}

export function exit({ effects }: Turn): void {
  effects.push({ kind: 'exit' });
}
