/**
 * The containerizer as the rest of the agent sees it: five methods, and a handle for each container.
 *
 * Always true: a container outlives the agent's process; what a launch has made is gone when it is rejected.
 */

import type { ContainerStatus, Resource, ResourceStatistics } from '../../api/generated/mesos';
import type { ExitStatus } from '../../model/exit-status';
import type { ContainerSpec, Termination } from '../core/state/container-spec';
import type { ContainerIo } from './container-io';

export interface Containerizer {
  /**
   * Launches a container; the program runs when this resolves. Rejects with the reason, after everything made so far is
   * cleaned up but the sandbox.
   */
  launch(spec: ContainerSpec): Promise<Container>;
  /** Changes the resources of a running container. Rejects when an isolator cannot do it. */
  update(containerId: string, change: ResourceChange): Promise<void>;
  /**
   * Waits for the end. Undefined at once for a container that was never heard of; one that ended while the agent was
   * away is known until its `destroy`.
   */
  wait(containerId: string): Promise<Termination | undefined>;
  /**
   * Kills all processes of a container and of those nested in it, and cleans up, in whatever state it is. Undefined for one
   * that was never heard of.
   */
  destroy(containerId: string): Promise<Termination | undefined>;
  /**
   * Adopts the containers of an earlier run, and destroys those that are not in `wanted` (orphans), but for standalone ones;
   * sessions end, too. Containers that have ended meanwhile are among the result, and their handle's `ended` resolves; so
   * are those that never ran.
   */
  recover(wanted: readonly string[]): Promise<readonly Container[]>;
}

/** New resources of a running container. */
export interface ResourceChange {
  readonly resources: readonly Resource[];
  readonly limits: Readonly<Record<string, number>>;
}

/** A container that was launched or adopted. */
export interface Container {
  readonly id: string;
  readonly spec: ContainerSpec;
  /** The pid of its program on the host; undefined when it has none, and once it has ended. */
  readonly pid: number | undefined;
  /** The folder below `--runtime_dir` of this container alone; a hosted executor keeps its checkpoint there. */
  readonly folder: string;
  /** True for one of an earlier run whose launch was cut off before its program ran. */
  readonly neverRan: boolean;
  /** Resolves once the program has ended and everything of the container is cleaned up but its run folder. */
  readonly ended: Promise<Termination>;
  /** Sends a signal to all of its processes. */
  signal(signal: NodeJS.Signals): Promise<void>;
  /**
   * Runs a command in the namespaces, cgroups and environment of the container, as its user, such as for checks. Rejects
   * when it cannot be executed.
   */
  exec(command: ExecCommand): Promise<RunningCommand>;
  /**
   * Attaches to its input and output. Rejects for one that has neither a terminal nor is a session; missing where nobody
   * can attach.
   */
  attach?(): Promise<ContainerIo>;
  usage(): Promise<ResourceStatistics>;
  /** Its networks, cgroups and pid, for `container_status`. */
  status(): Promise<ContainerStatus>;
  /** The description of a Docker container by its engine, in JSON; undefined for others. */
  inspection?(): Promise<string | undefined>;
}

/** A command to run in a container. */
export interface ExecCommand {
  /** Looked up in the PATH of the environment unless it has a slash. */
  readonly file: string;
  /** All arguments, the name of the program first. */
  readonly arguments: readonly string[];
  /** Added to the container's environment, and stronger. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A command that runs in a container. Its output is dropped. */
export interface RunningCommand {
  readonly ended: Promise<ExitStatus>;
  /** Kills it with all of its processes; resolves when they are gone. */
  destroy(): Promise<void>;
}
