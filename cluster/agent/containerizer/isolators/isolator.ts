/**
 * The contract of isolators: one limits or separates one thing of a container. One contract test holds for all.
 *
 * An isolator decides with pure functions what a container needs (its `Changes`), and does its own I/O in the methods
 * below. Its state of a container, if it has any that cannot be read from the system, is a file in `run.folder`.
 *
 * Always true: `prepare` and `isolate` are called in the order of `--isolation`, `cleanup` in reverse; `cleanup` is
 * called after every `prepare` that was begun, also one that failed or that a kill -9 of the agent cut off.
 */

import type { CommandInfo, ContainerStatus, ResourceStatistics } from '../../../api/generated/mesos';
import type { ImageMount } from '../../../runtime/holder/held-program';
import type { ContainerSpec, Limitation } from '../../core/state/container-spec';
import type { ProvisionedImage } from '../images/provisioned-image';
import type { Mount, RuntimeSpec } from '../oci/runtime-spec';
import type { ResourceChange } from '../port';

/** A container to isolate. */
export interface ContainerRun {
  readonly spec: ContainerSpec;
  /** Its folder below `--runtime_dir`, of this container alone; it is there before the first `prepare`. */
  readonly folder: string;
  /**
   * Its cgroup, the same below every controller of cgroups v1 and in the one tree of v2: `/mesos/ID`, and
   * `/mesos/PARENT/ID` of a nested one. The runtime makes and removes it; without a runtime there is none.
   */
  readonly cgroup: string;
  /** The container it is nested in. */
  readonly parent: ContainerRun | undefined;
  /** The image that its root file system is made of, once it is provisioned; undefined for the host's file system. */
  readonly image?: ProvisionedImage | undefined;
}

export interface Isolator {
  /** The name in `--isolation`. */
  readonly name: string;
  /** True when `--isolation` with it makes every container one of the OCI runtime. */
  readonly needsRuntime: boolean;
  /** True when it has to do with sessions, too, which have all else of the container around them. */
  readonly isOfSessions?: boolean;
  /** The reason why it cannot do what this container asks for; undefined when it can. The launch fails with it. Pure. */
  refusal?(spec: ContainerSpec): string | undefined;
  /** True for a container whose `prepare` waits for something outside of this machine. Other launches do not wait for it. */
  waitsFor?(spec: ContainerSpec): boolean;
  /**
   * Makes what has to be there before the program starts, and says what the container is changed by. The signal ends a wait
   * for something outside of this machine: the container is to be destroyed.
   */
  prepare?(run: ContainerRun, signal?: AbortSignal): Promise<Changes>;
  /** Isolates the program, which has a pid and does not run yet. Needs the runtime. */
  isolate?(run: ContainerRun, pid: number): Promise<void>;
  /**
   * Watches a running container, also an adopted one, until `cleanup`. `limited` tells once that it went beyond a limit;
   * the container is then destroyed, and ends with this.
   */
  watch?(run: ContainerRun, limited: (limitation: Limitation) => void): void;
  /** Looks once more for a limit that was hit, after the program has ended and before that is told. */
  limitation?(run: ContainerRun): Promise<Limitation | undefined>;
  update?(run: ContainerRun, change: ResourceChange): Promise<void>;
  /**
   * Its part of the statistics; those of later isolators win. `pids` are all processes of the container. A process that
   * has just ended counts for nothing.
   */
  usage?(run: ContainerRun, pids: readonly number[]): Promise<Partial<ResourceStatistics>>;
  /** Its part of the container's status. */
  status?(run: ContainerRun): Promise<Partial<ContainerStatus>>;
  /** Takes a container of an earlier run over, which may have been cut off in `prepare`. */
  recover?(run: ContainerRun): Promise<void>;
  /** Ends its timers when the agent ends. Containers go on. */
  stop?(): void;
  /** Removes all it has made. May be called several times, and after a `prepare` that is half done. */
  cleanup?(run: ContainerRun): Promise<void>;
}

/** The changes that an isolator makes to a container. All members may be missing. */
export interface Changes {
  /** Variables added to the environment; stronger than those there. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Appended to the mounts of the container, in the order of the isolators. */
  readonly mounts?: readonly Mount[] | undefined;
  /** Changes the specification for the runtime. Pure. Asks for the runtime by being there. */
  readonly specification?: ((specification: RuntimeSpec) => RuntimeSpec) | undefined;
  /** The command in the place of that of the container, which its image has completed. */
  readonly command?: CommandInfo | undefined;
  /** File systems of images that are mounted for the runtime. Ask for it. */
  readonly imageMounts?: readonly ImageMount[] | undefined;
}
