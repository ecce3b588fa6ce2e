/**
 * The effects of the agent.
 */

import type { Event as ExecutorEvent } from '../../../api/generated/executor';
import type * as internal from '../../../api/generated/internal';
import type * as mesos from '../../../api/generated/mesos';
import type { CommonEffect } from '../../../model/event';
import type { ContainerSpec, ExecutorKind } from './container-spec';
import type { CheckpointChange } from './entries';

/** Messages an agent sends to the master, by their protobuf name. */
export interface MasterMessages {
  'mesos.internal.RegisterSlaveMessage': internal.RegisterSlaveMessage;
  'mesos.internal.ReregisterSlaveMessage': internal.ReregisterSlaveMessage;
  'mesos.internal.UnregisterSlaveMessage': internal.UnregisterSlaveMessage;
  'mesos.internal.PongSlaveMessage': internal.PongSlaveMessage;
  'mesos.internal.StatusUpdateMessage': internal.StatusUpdateMessage;
  'mesos.internal.UpdateOperationStatusMessage': internal.UpdateOperationStatusMessage;
  'mesos.internal.UpdateSlaveMessage': internal.UpdateSlaveMessage;
  'mesos.internal.ExecutorToFrameworkMessage': internal.ExecutorToFrameworkMessage;
  'mesos.internal.ExitedExecutorMessage': internal.ExitedExecutorMessage;
}

/** Messages to executors on old drivers, by their protobuf name. */
export interface ExecutorMessages {
  'mesos.internal.ExecutorRegisteredMessage': internal.ExecutorRegisteredMessage;
  'mesos.internal.ExecutorReregisteredMessage': internal.ExecutorReregisteredMessage;
  'mesos.internal.ReconnectExecutorMessage': internal.ReconnectExecutorMessage;
  'mesos.internal.RunTaskMessage': internal.RunTaskMessage;
  'mesos.internal.KillTaskMessage': internal.KillTaskMessage;
  'mesos.internal.StatusUpdateAcknowledgementMessage': internal.StatusUpdateAcknowledgementMessage;
  'mesos.internal.FrameworkToExecutorMessage': internal.FrameworkToExecutorMessage;
  'mesos.internal.ShutdownExecutorMessage': internal.ShutdownExecutorMessage;
}

export type ExecutorMessage = {
  [N in keyof ExecutorMessages]: { readonly name: N; readonly message: ExecutorMessages[N] };
}[keyof ExecutorMessages];

export type SendEffect = {
  [N in keyof MasterMessages]: {
    readonly kind: 'send';
    readonly to: string;
    readonly name: N;
    readonly message: MasterMessages[N];
  };
}[keyof MasterMessages];

/** An executor of an earlier run, whose container may still run. */
export interface RecoveredExecutor {
  readonly containerId: string;
  readonly executor: ExecutorKind;
  readonly frameworkId: string;
  readonly executorId: string;
  readonly framework: mesos.FrameworkInfo | undefined;
  /** The tasks that it may have and that have not ended. */
  readonly tasks: readonly mesos.TaskInfo[];
}

export type AgentEffect =
  | CommonEffect
  | SendEffect
  /** Sends a message to an executor on an old driver. */
  | ({ readonly kind: 'tell'; readonly to: string } & ExecutorMessage)
  | { readonly kind: 'link'; readonly to: string }
  /** Writes changes of the checkpoint, all or none. Answered by checkpointed or checkpoint.failed. */
  | { readonly kind: 'checkpoint'; readonly commit: number; readonly changes: readonly CheckpointChange[] }
  /**
   * Adopts the containers of these executors and destroys all others of earlier runs. Answered by recovered or
   * recovery.failed. Hosted executors go on from what their run folder has.
   */
  | { readonly kind: 'recover'; readonly executors: readonly RecoveredExecutor[] }
  /**
   * Launches the container of an executor, which then subscribes. Answered by container.launched or container.failed, and
   * at its end by container.exited.
   */
  | { readonly kind: 'launch'; readonly spec: ContainerSpec; readonly executor: ExecutorKind }
  /** Changes the resources of a running container, as its tasks come and go. Answered by container.updated. */
  | {
      readonly kind: 'update';
      readonly containerId: string;
      readonly resources: readonly mesos.Resource[];
      readonly limits: ContainerSpec['limits'];
    }
  /** Ends a container and all of its processes by force. Answered by container.exited. */
  | { readonly kind: 'destroy'; readonly containerId: string }
  | { readonly kind: 'event'; readonly stream: string; readonly event: ExecutorEvent }
  | { readonly kind: 'close'; readonly stream: string; readonly reason: string }
  | { readonly kind: 'answer'; readonly request: number; readonly status: number; readonly text?: string }
  /** Sets the modification time of folders to now. */
  | { readonly kind: 'touch'; readonly folders: readonly string[] }
  /** Removes folders with all that they have. Answered by folders.removed. */
  | { readonly kind: 'remove'; readonly folders: readonly string[] }
  /** Measures how full the disk is. Answered by disk.measured. */
  | { readonly kind: 'measure' }
  /** Measures the load of the machine. Answered by load.measured. */
  | { readonly kind: 'measureLoad' }
  /** All tasks have ended, and the process may. */
  | { readonly kind: 'stopped' }
  /** The process must end at once; containers go on. */
  | { readonly kind: 'abort'; readonly reason: string };
