/**
 * The events and effects of the built-in command executor, which runs one command task.
 */

import type * as executor from '../../api/generated/executor';
import type * as mesos from '../../api/generated/mesos';
import type { CommonEffect, Stamped, Unstamped, Woke } from '../../model/event';

export interface ExecutorBoot {
  readonly frameworkId: string;
  readonly executorId: string;
  readonly seed: number;
  readonly startedAt: number;
  /** Time a task has to end after SHUTDOWN, less what the executor needs itself. */
  readonly shutdownGraceMs: number;
  /** Time in which a lost agent has to come back. */
  readonly recoveryTimeoutMs: number;
}

/** The end of a process. */
export type ExitStatus = { readonly code: number } | { readonly signal: string };

export interface ExecutorEvents {
  'agent.subscribed': { readonly subscribed: executor.Event.Subscribed };
  'agent.launch': { readonly task: mesos.TaskInfo };
  'agent.kill': { readonly taskId: string; readonly killPolicy: mesos.KillPolicy | undefined };
  'agent.acknowledged': { readonly uuid: string };
  'agent.shutdown': Record<never, never>;
  'agent.disconnected': { readonly reason: string };
  'process.started': Record<never, never>;
  'process.failed': { readonly reason: string };
  'process.exited': { readonly ending: ExitStatus };
  'health.checked': { readonly ok: boolean; readonly detail: string };
  woke: Woke;
}

export type ExecutorEvent = Stamped<ExecutorEvents>;
export type EventOf<K extends keyof ExecutorEvents> = Stamped<ExecutorEvents, K>;
export type ExecutorInput = Unstamped<ExecutorEvents>;

export type ExecutorEffect =
  | CommonEffect
  /** Subscribes with the tasks and updates that the agent has not acknowledged. */
  | {
      readonly kind: 'subscribe';
      readonly tasks: readonly mesos.TaskInfo[];
      readonly updates: readonly mesos.TaskStatus[];
    }
  | { readonly kind: 'update'; readonly status: mesos.TaskStatus }
  | { readonly kind: 'spawn'; readonly task: mesos.TaskInfo; readonly user: string | undefined }
  /** Sends a signal to all processes of the task. */
  | { readonly kind: 'signal'; readonly signal: 'SIGTERM' | 'SIGKILL' }
  | { readonly kind: 'check'; readonly check: mesos.HealthCheck }
  | { readonly kind: 'exit' };
