/**
 * The events of the agent, and its boot value.
 */

import type * as executor from '../../api/generated/executor';
import type * as internal from '../../api/generated/internal';
import type * as mesos from '../../api/generated/mesos';
import type { Stamped, Unstamped, Woke } from '../../model/event';
import type { FoundFolder, GarbageSettings } from './garbage-state';
import type { Termination } from './container-spec';

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
  /** Reservations and volumes made at run time, from an earlier run. */
  readonly checkpointed?: readonly mesos.Resource[] | undefined;
  /** Absolute path of the work folder. */
  readonly workDir: string;
  readonly settings: AgentSettings;
}

export interface AgentSettings {
  readonly registrationBackoffMs: number;
  readonly executorRegistrationTimeoutMs: number;
  readonly executorShutdownGraceMs: number;
  /** Number of ended executors of a framework that are kept. */
  readonly maxCompletedExecutors: number;
  /** Variables of every executor and task; a task's own variables override them. */
  readonly executorEnvironment: Readonly<Record<string, string>>;
  /** Undefined for an agent that makes no folders. */
  readonly garbage?: GarbageSettings | undefined;
}

export interface AgentEvents {
  /** The leading master; undefined when there is none. */
  'master.detected': { readonly pid: string | undefined };
  'master.registered': { readonly from: string; readonly message: internal.SlaveRegisteredMessage };
  'master.reregistered': { readonly from: string; readonly message: internal.SlaveReregisteredMessage };
  'master.ping': { readonly from: string; readonly connected: boolean };
  'master.runTask': { readonly from: string; readonly message: internal.RunTaskMessage };
  'master.runTaskGroup': { readonly from: string; readonly message: internal.RunTaskGroupMessage };
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

  /** The program of a container runs; a hosted executor has its container and subscribes. */
  'container.launched': { readonly containerId: string };
  /** A container could not be launched, and nothing is left of it but its sandbox. */
  'container.failed': { readonly containerId: string; readonly reason: string };
  /** A container has ended; undefined for one that the containerizer does not know. */
  'container.exited': { readonly containerId: string; readonly termination: Termination | undefined };

  /** The folders of runs, executors, frameworks and agents that are there after the start. */
  'folders.found': { readonly folders: readonly FoundFolder[] };
  /** A `remove` is done: numbers of folders. */
  'folders.removed': { readonly succeeded: number; readonly failed: number; readonly missing: number };
  /** The used part of the disk, from 0 to 1; undefined when it cannot be measured. */
  'disk.measured': { readonly usage: number | undefined };

  /** Ends everything and reports when it is done. */
  stop: Record<never, never>;
  /** Leaves the cluster for good (SIGUSR1): the master forgets this agent, and everything ends. */
  unregister: Record<never, never>;
  woke: Woke;
}

export type AgentEvent = Stamped<AgentEvents>;
export type EventOf<K extends keyof AgentEvents> = Stamped<AgentEvents, K>;
export type AgentInput = Unstamped<AgentEvents>;
