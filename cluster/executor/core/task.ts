/**
 * A task of an executor, and the state of an executor as it is saved for the next run of the agent. Plain data.
 */

import type * as mesos from '../../api/generated/mesos';
import type { Millis } from '../../model/time';

export interface ExecutorTask {
  readonly info: mesos.TaskInfo;
  /** The number of the launch it came with: tasks of one launch are a group. */
  readonly launch: number;
  /** Its container: the executor's own, or one nested in it; undefined in an executor that is a process. */
  readonly containerId: string | undefined;
  /** The networks of its container, when that is nested and has any. */
  networks?: readonly mesos.NetworkInfo[] | undefined;
  process: 'starting' | 'running';
  killing: Killing | undefined;
  /** The end of its `max_completion_time`. */
  completionAt: Millis | undefined;
  /** True once the agent has acknowledged one of its updates. */
  acknowledged: boolean;
  /** The last update, which those of checks repeat. */
  last: mesos.TaskStatus | undefined;
  health: HealthState | undefined;
  check: CheckState | undefined;
}

export type KillCause = 'kill' | 'shutdown' | 'health' | 'completion' | 'group';

/** The kill under way, with its cause and its deadline. */
export interface Killing {
  readonly by: KillCause;
  readonly since: Millis;
  until: Millis;
}

/** A task may have both: health checks, which can kill it, and checks, which only tell. */
export type CheckerName = 'check' | 'health';

/** The schedule of a checker. */
export interface CheckerState {
  dueAt: Millis;
  /** True while a check is under way. */
  checking: boolean;
}

export interface HealthState extends CheckerState {
  readonly startedAt: Millis;
  /** Failures in a row. */
  failures: number;
  /** True until the first success: only so long does the grace period count. */
  initializing: boolean;
}

export interface CheckState extends CheckerState {
  /** The last result that was told. */
  status: mesos.CheckStatusInfo;
}

/** The state that outlives a run of the agent; all but the subscription. */
export interface SavedExecutor {
  readonly version: 1;
  /** The state of the generator of random numbers. */
  readonly random: number;
  readonly framework: mesos.FrameworkInfo | undefined;
  readonly launches: number;
  readonly shuttingDown: boolean;
  readonly unhealthy: boolean;
  readonly tasks: readonly ExecutorTask[];
  readonly unacknowledged: readonly mesos.TaskStatus[];
}
