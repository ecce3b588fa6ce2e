/**
 * The events and effects of the built-in executors: the command executor, which runs one command task, and the default
 * executor, which runs task groups.
 */

import type * as executor from '../../api/generated/executor';
import type * as mesos from '../../api/generated/mesos';
import type { CommonEffect, Stamped, Unstamped, Woke } from '../../model/event';
import type { ExitStatus } from '../../model/exit-status';
import type { TaskState } from '../../model/task-state';
import type { CheckerName, SavedExecutor } from './task';

/** The command executor runs one task in its own container, the default executor nests a container for each task. */
export type ExecutorKind = 'command' | 'default';

export interface ExecutorBoot {
  readonly kind: ExecutorKind;
  readonly frameworkId: string;
  readonly executorId: string;
  readonly seed: number;
  readonly startedAt: number;
  /** Time a task has to end after SHUTDOWN, less what the executor needs itself. */
  readonly shutdownGraceMs: number;
  /** Time in which a lost agent has to come back. */
  readonly recoveryTimeoutMs: number;
  /** The executor's own container; undefined when the executor is a process of its own. */
  readonly container?: OwnContainer | undefined;
  /** That of a command task is one of Docker; undefined for others. */
  readonly docker?: DockerContainer | undefined;
  /** The state of an earlier run of the agent, which this one goes on from. */
  readonly saved?: SavedExecutor | undefined;
}

export interface OwnContainer {
  readonly containerId: string;
  /** The sandbox. */
  readonly directory: string;
  /** The user of tasks whose command names none. */
  readonly user: string | undefined;
  /** The address of the container, for its tasks. */
  readonly ip: string | undefined;
}

export interface DockerContainer {
  /** The grace period of a kill for which nothing else says one. */
  readonly killGraceMs: number;
}

/** The end of a task's container. */
export interface TaskEnd {
  /** Undefined when nobody can tell. */
  readonly status: ExitStatus | undefined;
  /** The state, reason and message of an end that was not the task's own, such as a limit that was hit. */
  readonly state?: TaskState | undefined;
  readonly reason?: mesos.TaskStatus.Reason | undefined;
  readonly message?: string | undefined;
  readonly limitedResources?: readonly mesos.Resource[] | undefined;
  /** True for a container whose launch was cut off by the end of the agent, before its program ran. */
  readonly neverRan?: boolean | undefined;
}

/** A check to perform: those of both kinds differ for TCP and HTTP in what can be asked for. */
export type CheckOrder =
  | { readonly type: 'COMMAND'; readonly command: mesos.CommandInfo; readonly timeoutMs: number }
  | {
      readonly type: 'HTTP';
      readonly scheme: string;
      readonly port: number;
      readonly path: string;
      readonly isIpv6: boolean;
      readonly timeoutMs: number;
    }
  | { readonly type: 'TCP'; readonly port: number; readonly isIpv6: boolean; readonly timeoutMs: number };

/** The result of a check; `error` when it could not be performed or took too long. */
export type CheckResult = { readonly status: mesos.CheckStatusInfo } | { readonly error: string };

export interface ExecutorEvents {
  'agent.subscribed': { readonly subscribed: executor.Event.Subscribed };
  'agent.launch': { readonly task: mesos.TaskInfo };
  'agent.launchGroup': { readonly tasks: readonly mesos.TaskInfo[] };
  'agent.kill': { readonly taskId: string; readonly killPolicy: mesos.KillPolicy | undefined };
  'agent.acknowledged': { readonly uuid: string };
  'agent.shutdown': Record<never, never>;
  'agent.disconnected': { readonly reason: string };
  /** The executor goes on from its saved state; the first event of such a run. */
  resumed: Record<never, never>;
  /** The container of a task runs; one that is nested has these networks, when it has any. */
  'task.started': {
    readonly taskId: string;
    readonly networks?: readonly mesos.NetworkInfo[] | undefined;
    /** The description of a Docker container by its engine, in base64. */
    readonly data?: string | undefined;
  };
  /** The container of a task could not be launched. */
  'task.failed': { readonly taskId: string; readonly reason: string };
  'task.exited': { readonly taskId: string; readonly end: TaskEnd };
  'task.checked': { readonly taskId: string; readonly checker: CheckerName; readonly result: CheckResult };
  woke: Woke;
}

export type ExecutorEvent = Stamped<ExecutorEvents>;
export type EventOf<K extends keyof ExecutorEvents> = Stamped<ExecutorEvents, K>;
export type ExecutorInput = Unstamped<ExecutorEvents>;

/** The container of a task of a group, as plain data: the containerizer of the agent takes it as it is. */
export interface NestedContainer {
  /** `parent.child`. */
  readonly containerId: string;
  readonly parent: string;
  readonly frameworkId: string;
  readonly executorId: string;
  readonly taskId: string;
  readonly directory: string;
  readonly user: string | undefined;
  readonly command: mesos.CommandInfo | undefined;
  /** Whole: nothing but that of isolators is added. */
  readonly environment: Readonly<Record<string, string>>;
  readonly container: mesos.ContainerInfo | undefined;
  readonly resources: readonly mesos.Resource[];
  readonly limits: Readonly<Record<string, number>>;
}

export type ExecutorEffect =
  | CommonEffect
  /** Saves the state of the executor, before the effects that follow announce it. */
  | { readonly kind: 'save'; readonly saved: SavedExecutor }
  /** Subscribes with the tasks and updates that the agent has not acknowledged. */
  | {
      readonly kind: 'subscribe';
      readonly tasks: readonly mesos.TaskInfo[];
      readonly updates: readonly mesos.TaskStatus[];
    }
  | { readonly kind: 'update'; readonly status: mesos.TaskStatus }
  /** Runs the one task of a command executor. Answered by task.started or task.failed. */
  | { readonly kind: 'run'; readonly task: mesos.TaskInfo; readonly user: string | undefined }
  /** Launches the container of a task of a group. Answered by task.started or task.failed. */
  | { readonly kind: 'nest'; readonly container: NestedContainer }
  /** Takes over the container of a task of an earlier run. Answered by task.started or task.exited. */
  | { readonly kind: 'adopt'; readonly taskId: string; readonly containerId: string }
  /** Sends a signal to all processes of the task. */
  | { readonly kind: 'signal'; readonly taskId: string; readonly signal: 'SIGTERM' | 'SIGKILL' }
  | {
      readonly kind: 'check';
      readonly taskId: string;
      readonly checker: CheckerName;
      readonly order: CheckOrder;
    }
  | { readonly kind: 'exit' };
