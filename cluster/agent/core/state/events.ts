/**
 * The events of the agent, and its boot value.
 */

import type * as executor from '../../../api/generated/executor';
import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import type { Acls } from '../../../model/acls';
import type { Stamped, Unstamped, Woke } from '../../../model/event';
import type { ExecutorKind, Termination } from './container-spec';
import type { CheckpointEntry } from './entries';
import type { FoundFolder, GarbageSettings } from './garbage-state';
import type { OversubscriptionSettings } from './oversubscription-settings';

/** The boot value of an agent. */
export interface AgentBoot {
  readonly ip: string;
  readonly port: number;
  readonly hostname: string;
  /** Its fault domain. */
  readonly domain?: mesos.DomainInfo | undefined;
  readonly version: string;
  readonly resources: readonly mesos.Resource[];
  readonly attributes: readonly mesos.Attribute[];
  readonly startedAt: number;
  readonly seed: number;
  /** Its libprocess id, `slave(1)` unless several agents share an address. */
  readonly process: string;
  /** The id under which the agent was admitted before and that it keeps. */
  readonly agentId: string | undefined;
  /** The leftovers of earlier runs; without it the agent starts at once, without containers of an earlier run. */
  readonly recovery?: AgentRecovery | undefined;
  /** Absolute path of the work folder. */
  readonly workDir: string;
  readonly settings: AgentSettings;
}

/** The leftovers of earlier runs on disk. */
export interface AgentRecovery {
  /** `--recover`: executors go on, or all are ended and the agent with them. */
  readonly mode: 'reconnect' | 'cleanup';
  /** True when the machine has started again since: no executor can be alive. */
  readonly rebooted: boolean;
  /** The boot id of the machine; undefined where it cannot be told. */
  readonly bootId: string | undefined;
  readonly entries: readonly CheckpointEntry[];
  /** Number of entries that could not be read. */
  readonly errors: number;
}

export interface AgentSettings {
  readonly registrationBackoffMs: number;
  readonly executorRegistrationTimeoutMs: number;
  readonly executorShutdownGraceMs: number;
  readonly executorReregistrationTimeoutMs: number;
  /** Time between two orders to reconnect; without it there is one. */
  readonly executorReregistrationRetryMs: number | undefined;
  /** Time in which executors wait for an agent that is away. */
  readonly recoveryTimeoutMs: number;
  /** The kinds of executors that the edge can run. */
  readonly executorKinds: readonly ExecutorKind[];
  /** The isolators, by which limits can be had or not; undefined where nobody looks. */
  readonly isolators?: readonly string[] | undefined;
  /** The permissions by `--acls`; undefined where everything is allowed. */
  readonly acls?: Acls | undefined;
  /** True when the CPU time of containers is limited by quota (`--cgroups_enable_cfs`). */
  readonly cgroupsEnableCfs?: boolean | undefined;
  /** Number of ended executors of a framework that are kept. */
  readonly maxCompletedExecutors: number;
  /** Variables of every executor and task; a task's own variables override them. */
  readonly executorEnvironment: Readonly<Record<string, string>>;
  /** Undefined for an agent that makes no folders. */
  readonly garbage?: GarbageSettings | undefined;
  /** Undefined for an agent that gives nothing away twice. */
  readonly oversubscription?: OversubscriptionSettings | undefined;
}

export interface AgentEvents {
  /** The leading master; undefined when there is none. */
  'master.detected': { readonly pid: string | undefined };
  'master.registered': { readonly from: string; readonly message: internal.SlaveRegisteredMessage };
  'master.reregistered': { readonly from: string; readonly message: internal.SlaveReregisteredMessage };
  'master.ping': { readonly from: string; readonly connected: boolean };
  'master.runTask': { readonly from: string; readonly message: internal.RunTaskMessage };
  'master.runTaskGroup': { readonly from: string; readonly message: internal.RunTaskGroupMessage };
  'master.applyOperation': { readonly from: string; readonly message: internal.ApplyOperationMessage };
  'master.acknowledgeOperation': {
    readonly from: string;
    readonly message: internal.AcknowledgeOperationStatusMessage;
  };
  'master.reconcileOperations': {
    readonly from: string;
    readonly message: internal.ReconcileOperationsMessage;
  };
  /** The resources to checkpoint from now on. */
  'master.checkpoint': { readonly from: string; readonly message: internal.CheckpointResourcesMessage };
  'master.killTask': { readonly from: string; readonly message: internal.KillTaskMessage };
  'master.acknowledge': {
    readonly from: string;
    readonly message: internal.StatusUpdateAcknowledgementMessage;
  };
  'master.shutdownFramework': { readonly from: string; readonly frameworkId: string };
  'master.shutdownExecutor': { readonly from: string; readonly message: internal.ShutdownExecutorMessage };
  'master.message': { readonly from: string; readonly message: internal.FrameworkToExecutorMessage };
  'master.updateFramework': { readonly from: string; readonly message: internal.UpdateFrameworkMessage };
  'master.drain': { readonly from: string; readonly config: mesos.DrainConfig };
  'master.shutdown': { readonly from: string; readonly message: string };
  'master.exited': { readonly pid: string };

  'executor.subscribe': { readonly stream: string; readonly call: executor.Call };
  'executor.call': { readonly request: number; readonly call: executor.Call };
  'executor.closed': { readonly stream: string };

  /** Messages of executors on old drivers. */
  'driver.register': { readonly from: string; readonly message: internal.RegisterExecutorMessage };
  'driver.reregister': { readonly from: string; readonly message: internal.ReregisterExecutorMessage };
  'driver.update': { readonly from: string; readonly message: internal.StatusUpdateMessage };
  'driver.message': { readonly from: string; readonly message: internal.ExecutorToFrameworkMessage };

  /** The program of a container runs; a hosted executor has its container and subscribes. */
  'container.launched': { readonly containerId: string };
  /** The pid, networks and cgroups of a container that was launched or adopted, for the statuses of its tasks. */
  'container.described': { readonly containerId: string; readonly status: mesos.ContainerStatus };
  /** The resources of a container were changed; with a reason, they could not be. */
  'container.updated': { readonly containerId: string; readonly reason?: string | undefined };
  /** A container could not be launched, and nothing is left of it but its sandbox. */
  'container.failed': {
    readonly containerId: string;
    readonly reason: string;
    /** False when no containerizer takes such a container. */
    readonly isTaken: boolean;
  };
  /** A container has ended; undefined for one that the containerizer does not know. */
  'container.exited': { readonly containerId: string; readonly termination: Termination | undefined };

  /** The folders of runs, executors, frameworks and agents that are there after the start. */
  'folders.found': { readonly folders: readonly FoundFolder[] };
  /** A container that is no executor's is launched: one that is nested, or that stands alone. */
  'sandbox.begun': { readonly directory: string };
  /** Such a container has ended, or its launch has failed. */
  'sandbox.ended': { readonly directory: string };
  /** A `remove` is done: numbers of folders. */
  'folders.removed': { readonly succeeded: number; readonly failed: number; readonly missing: number };
  /** The average numbers of processes that wanted to run, as the kernel tells them. */
  'load.measured': { readonly five: number; readonly fifteen: number };
  /** The used part of the disk, from 0 to 1; undefined when it cannot be measured. */
  'disk.measured': { readonly usage: number | undefined };
  /** A commit is on disk. */
  checkpointed: { readonly commit: number };
  'checkpoint.failed': { readonly commit: number; readonly reason: string };

  /** Begins the recovery of what earlier runs have left. */
  recover: Record<never, never>;
  /** The containers of earlier runs that are known, running or ended; the others that were wanted are gone. */
  recovered: { readonly containerIds: readonly string[] };
  'recovery.failed': { readonly reason: string };

  /** Ends everything and reports when it is done. */
  stop: Record<never, never>;
  /** Leaves the cluster for good (SIGUSR1): the master forgets this agent, and everything ends. */
  unregister: Record<never, never>;
  woke: Woke;
}

export type AgentEvent = Stamped<AgentEvents>;
export type EventOf<K extends keyof AgentEvents> = Stamped<AgentEvents, K>;
export type AgentInput = Unstamped<AgentEvents>;
