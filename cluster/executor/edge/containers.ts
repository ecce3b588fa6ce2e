/**
 * The containers of the agent as executors in its process see them: a part of the agent's containerizer.
 */

import type { ContainerStatus } from '../../api/generated/mesos';
import type { ExitStatus } from '../../model/exit-status';
import type { NestedContainer, TaskEnd } from '../core/events';

export interface Containers {
  /** Launches the container of a task of a group. Rejects with the reason, and nothing of it is left then. */
  launch(container: NestedContainer): Promise<TaskContainer>;
  /** The end of a container; undefined when it was never heard of. */
  wait(containerId: string): Promise<TaskEnd | undefined>;
  /** Kills a container and forgets it. */
  destroy(containerId: string): Promise<unknown>;
}

/** A container that runs, or has ended while the agent was away. */
export interface TaskContainer {
  readonly id: string;
  readonly spec: {
    readonly taskId?: string | undefined;
    readonly container?: { readonly type?: string | undefined } | undefined;
  };
  /** The pid of its program on the host; undefined when it has none, and once it has ended. */
  readonly pid: number | undefined;
  /** The folder of this container alone, which outlives the agent. */
  readonly folder: string;
  readonly ended: Promise<TaskEnd>;
  /** Sends a signal to all of its processes. */
  signal(signal: NodeJS.Signals): Promise<void>;
  /** Runs a command in it, as its user and with its environment, such as for checks. */
  exec(command: CheckCommand): Promise<RunningCheck>;
  status(): Promise<ContainerStatus>;
  /** The description of a Docker container by its engine; undefined for others. */
  inspection?(): Promise<string | undefined>;
}

/** The command of a check. */
export interface CheckCommand {
  readonly file: string;
  /** All arguments, the name of the program first. */
  readonly arguments: readonly string[];
  /** Added to the environment of the task, and stronger. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A command of a check that runs. */
export interface RunningCheck {
  readonly ended: Promise<ExitStatus>;
  /** Kills it with all of its processes; resolves when they are gone. */
  destroy(): Promise<void>;
}
