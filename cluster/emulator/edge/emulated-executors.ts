/**
 * The emulated executors of an agent, which report states on a schedule and run nothing.
 *
 * The id of a container is also the stream of its executor.
 */

import { randomInt } from 'node:crypto';
import type { AgentEffect } from '../../agent/core/state/effects';
import type { AgentInput } from '../../agent/core/state/events';
import type { Event as ExecutorEvent } from '../../api/generated/executor';
import type * as mesos from '../../api/generated/mesos';
import { commandTaskOf } from '../../model/ids';
import type { Clock } from '../../runtime/clock';

/** The time until a task ends by itself, plus or minus the spread; 0 for never. */
export interface TaskTimes {
  readonly taskMs: number;
  readonly taskSpreadMs: number;
}

export interface EmulatedExecutorsOptions {
  readonly clock: Clock;
  readonly post: (event: AgentInput) => void;
  readonly times: TaskTimes;
  /** Number of running tasks of all agents. */
  readonly running: { count: number };
}

interface EmulatedTask {
  readonly ids: { readonly framework_id: mesos.FrameworkID; readonly executor_id: mesos.ExecutorID };
  cancel: (() => void) | undefined;
  running: boolean;
}

let requests = 0;
const ENDED = { status: undefined, message: 'ended' };

export class EmulatedExecutors {
  private readonly tasks = new Map<string, EmulatedTask>();

  constructor(private readonly options: EmulatedExecutorsOptions) {}

  /** Starts an executor, which subscribes at once. */
  launch({ spec: { containerId, frameworkId, executorId } }: Extract<AgentEffect, { kind: 'launch' }>): void {
    const ids = { framework_id: { value: frameworkId }, executor_id: { value: executorId } };
    this.tasks.set(containerId, { ids, cancel: undefined, running: false });
    this.options.post({ kind: 'executor.subscribe', stream: containerId, call: { ...ids, subscribe: {} } });
  }

  /** Reacts to an event of the agent. */
  handle(containerId: string, event: ExecutorEvent): void {
    const task = this.tasks.get(containerId);
    if (!task) return;
    if (event.type === 'LAUNCH') this.run(containerId, task);
    else if (event.type === 'KILL') this.finish(containerId, 'TASK_KILLED');
    else if (event.type === 'SHUTDOWN') this.leave(containerId);
  }

  /** Ends an executor. */
  leave(containerId: string): void {
    const task = this.tasks.get(containerId);
    if (!task) return;
    task.cancel?.();
    if (task.running) this.options.running.count -= 1;
    this.tasks.delete(containerId);
    this.options.post({ kind: 'container.exited', containerId, termination: ENDED });
  }

  private run(containerId: string, task: EmulatedTask): void {
    const { clock, running, times } = this.options;
    task.running = true;
    running.count += 1;
    this.report(task, 'TASK_RUNNING');
    if (times.taskMs === 0) return;
    const spread = times.taskSpreadMs === 0 ? 0 : randomInt(2 * times.taskSpreadMs) - times.taskSpreadMs;
    const endsAt = clock.now() + Math.max(1, times.taskMs + spread);
    task.cancel = clock.wakeAt(endsAt, () => this.finish(containerId, 'TASK_FINISHED'));
  }

  private finish(containerId: string, state: mesos.TaskState): void {
    const task = this.tasks.get(containerId);
    if (!task) return;
    this.report(task, state);
    this.leave(containerId);
  }

  private report({ ids }: EmulatedTask, state: mesos.TaskState): void {
    const task_id = { value: commandTaskOf(ids.executor_id.value) };
    const status = { task_id, state, uuid: nextUpdateUuid(), source: 'SOURCE_EXECUTOR' as const };
    const call = { ...ids, type: 'UPDATE' as const, update: { status } };
    this.options.post({ kind: 'executor.call', request: requests++, call });
  }
}

let updates = 0;

/** A version 4 UUID in base64 from a counter and a random number: thousands are made a second. */
function nextUpdateUuid(): string {
  const uuid = Buffer.alloc(16);
  uuid.writeUInt32BE(updates++ % 2 ** 32);
  uuid.writeUInt32BE(randomInt(2 ** 32), 12);
  uuid[6] = 0x40;
  uuid[8] = 0x80;
  return uuid.toString('base64');
}
