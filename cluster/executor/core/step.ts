/**
 * The behaviour of the command executor (Mesos 1.11 src/launcher/executor.cpp).
 *
 * It starts the command, reports its states, ends it when told to, and exits when the agent has acknowledged
 * the last update.
 */

import type * as mesos from '../../api/generated/mesos';
import type { Machine } from '../../model/event';
import type { Millis } from '../../model/time';
import { checkExecutor } from './check-executor';
import type {
  EventOf,
  ExecutorBoot,
  ExecutorEffect,
  ExecutorEvent,
  ExecutorEvents,
  ExitStatus,
} from './events';
import { checked, scheduleCheck, startHealth } from './health';
import { beginKill, graceOf, graceOver } from './kill';
import { type ExecutorState, initExecutor } from './state';
import { acknowledged, resubscribe, retry, update } from './updates';

/** Time in which the executor waits for the acknowledgement of its last update. */
const LAST_ACKNOWLEDGEMENT_MS = 60_000;
const RECONNECT_MS = 500;

const TRANSITIONS: {
  readonly [K in keyof ExecutorEvents]: (state: ExecutorState, event: EventOf<K>) => ExecutorEffect[];
} = {
  'agent.subscribed': subscribed,
  'agent.launch': launch,
  'agent.kill': kill,
  'agent.acknowledged': (state, event) => leaveWhenDone(state, acknowledged(state, event.uuid)),
  'agent.shutdown': shutdown,
  'agent.disconnected': disconnected,
  'process.started': started,
  'process.failed': (state, event) => ended(state, { failure: event.reason }, event.at),
  'process.exited': (state, event) => ended(state, event.ending, event.at),
  'health.checked': checked,
  woke,
};

/** The subscription succeeded; it carried the updates that the agent had not acknowledged. */
function subscribed(state: ExecutorState, event: EventOf<'agent.subscribed'>): ExecutorEffect[] {
  state.connected = true;
  state.disconnectedAt = undefined;
  state.framework = event.subscribed.framework_info;
  return [];
}

function launch(state: ExecutorState, event: EventOf<'agent.launch'>): ExecutorEffect[] {
  const { task, at: now } = event;
  if (state.task) {
    const text = 'Attempted to run multiple tasks using a "command" executor';
    return update(state, { task_id: task.task_id, state: 'TASK_FAILED', message: text }, now);
  }
  state.task = task;
  state.process = 'starting';
  return [
    ...update(state, { task_id: task.task_id, state: 'TASK_STARTING' }, now),
    { kind: 'spawn', task, user: task.command?.user ?? state.framework?.user },
  ];
}

function started(state: ExecutorState, event: EventOf<'process.started'>): ExecutorEffect[] {
  if (!state.task || state.process !== 'starting') return [];
  state.process = 'running';
  const effects = update(state, { task_id: state.task.task_id, state: 'TASK_RUNNING' }, event.at);
  if (state.killing) return [...effects, { kind: 'signal', signal: 'SIGTERM' }];
  const limitMs = Number(state.task.max_completion_time?.nanoseconds ?? 0) / 1e6;
  if (limitMs > 0) effects.push({ kind: 'wake', timer: 'completion', at: event.at + limitMs });
  return [...effects, ...startHealth(state, event.at)];
}

function kill(state: ExecutorState, event: EventOf<'agent.kill'>): ExecutorEffect[] {
  if (state.task?.task_id.value !== event.taskId) return [];
  const grace = graceOf(event.killPolicy) ?? graceOf(state.task.kill_policy);
  return beginKill(state, { by: 'kill', graceMs: grace, now: event.at });
}

function shutdown(state: ExecutorState, event: EventOf<'agent.shutdown'>): ExecutorEffect[] {
  if (!state.task || state.process === 'none' || state.process === 'ended') return [{ kind: 'exit' }];
  return beginKill(state, { by: 'shutdown', graceMs: state.boot.shutdownGraceMs, now: event.at });
}

function disconnected(state: ExecutorState, event: EventOf<'agent.disconnected'>): ExecutorEffect[] {
  state.connected = false;
  state.disconnectedAt ??= event.at;
  if (event.at - state.disconnectedAt > state.boot.recoveryTimeoutMs) {
    const fields = { reason: event.reason };
    return [
      { kind: 'note', level: 'error', text: 'the agent did not come back', fields },
      { kind: 'signal', signal: 'SIGKILL' },
      { kind: 'exit' },
    ];
  }
  return [{ kind: 'wake', timer: 'subscribe', at: event.at + RECONNECT_MS }];
}

/** The command has ended, or could not be started. */
function ended(state: ExecutorState, how: ExitStatus | { failure: string }, now: Millis): ExecutorEffect[] {
  if (!state.task || state.process === 'ended' || state.process === 'none') return [];
  state.process = 'ended';
  const status = { task_id: state.task.task_id, ...terminalStatus(state, how) };
  return [
    // Processes that the command left running end with it.
    { kind: 'signal', signal: 'SIGKILL' },
    ...update(state, status, now),
    { kind: 'wake', timer: 'leave', at: now + LAST_ACKNOWLEDGEMENT_MS },
  ];
}

type TerminalStatus = Pick<mesos.TaskStatus, 'state' | 'message' | 'reason' | 'healthy'>;

function terminalStatus(state: ExecutorState, how: ExitStatus | { failure: string }): TerminalStatus {
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

/** Ends the executor once the agent has acknowledged the last update. */
function leaveWhenDone(state: ExecutorState, effects: ExecutorEffect[]): ExecutorEffect[] {
  const done = state.process === 'ended' && state.unacknowledged.size === 0;
  return done ? [...effects, { kind: 'exit' }] : effects;
}

function woke(state: ExecutorState, event: EventOf<'woke'>): ExecutorEffect[] {
  switch (event.timer) {
    case 'subscribe':
      return resubscribe(state);
    case 'retry':
      return retry(state, event.at);
    case 'grace':
      return graceOver(state, event.at);
    case 'leave':
      return [{ kind: 'exit' }];
    case 'health':
      return scheduleCheck(state);
    case 'completion':
      return beginKill(state, {
        by: 'kill',
        graceMs: graceOf(state.task?.kill_policy),
        now: event.at,
        text: 'completion',
      });
    default:
      return [];
  }
}

export function step(state: ExecutorState, event: ExecutorEvent): ExecutorEffect[] {
  const transition = TRANSITIONS[event.kind] as (
    state: ExecutorState,
    event: ExecutorEvent,
  ) => ExecutorEffect[];
  return transition(state, event);
}

export const executorMachine: Machine<ExecutorState, ExecutorEvent, ExecutorEffect, ExecutorBoot> = {
  name: 'executor',
  init: initExecutor,
  step,
  check: checkExecutor,
};
