/**
 * The request of the core to the containerizer: a container as plain data, and how one ended.
 */

import type * as mesos from '../../../api/generated/mesos';
import type { ExitStatus } from '../../../model/exit-status';
import type { TaskState } from '../../../model/task-state';

/**
 * The built-in executor of a command task, that of task groups, or one that its framework brings. The first two run in the
 * agent's process.
 */
export type ExecutorKind = 'command' | 'default' | 'custom';

/** A container to launch. */
export interface ContainerSpec {
  /** The id; that of a nested container is `parent.child`, as the original prints it. */
  readonly containerId: string;
  /** The id of the container that this one is nested in; both share the networks, and what volumes name. */
  readonly parent?: string | undefined;
  readonly frameworkId: string;
  readonly executorId: string;
  readonly taskId?: string | undefined;
  /**
   * True for a program in the container around it, whose namespaces, cgroup, file system, working folder and environment it
   * shares: the class DEBUG of the original. Its output waits for whoever is attached, and it does not outlive a restart.
   */
  readonly isSession?: boolean | undefined;
  /** True for one of no framework, which the operator API has launched; those nested in it are not marked. */
  readonly isStandalone?: boolean | undefined;
  /** The sandbox, as an absolute path. */
  readonly directory: string;
  /** The user of the processes; undefined for the agent's own. */
  readonly user: string | undefined;
  /**
   * The program: the task's command itself for command tasks, the executor's for custom executors; undefined for a
   * container without a process of its own, in which others are nested (default executor).
   */
  readonly command: mesos.CommandInfo | undefined;
  /** The whole environment; nothing but that of isolators is added. The variables of `command` are in it already. */
  readonly environment: Readonly<Record<string, string>>;
  readonly container: mesos.ContainerInfo | undefined;
  readonly resources: readonly mesos.Resource[];
  /** Limits above the requests by resource: cpus in cores, mem and disk in MB; Infinity for no limit. */
  readonly limits: Readonly<Record<string, number>>;
}

/** How a container ended. */
export interface Termination {
  /** How its program ended; undefined when it never ran, or when nobody can tell. */
  readonly status: ExitStatus | undefined;
  /** The state that its tasks get, when the end was not their own: a limit was hit, the launch failed. */
  readonly state?: TaskState | undefined;
  readonly reason?: mesos.TaskStatus.Reason | undefined;
  readonly message: string;
  /** The resources whose limit was hit. */
  readonly limitedResources?: readonly mesos.Resource[] | undefined;
  /** True for a launch that the end of the agent cut off, when it is certain that the program never ran. */
  readonly neverRan?: boolean | undefined;
}

/** A limit that a container went beyond, for which it is destroyed. */
export interface Limitation {
  readonly reason: mesos.TaskStatus.Reason;
  readonly message: string;
  readonly resources: readonly mesos.Resource[];
}
