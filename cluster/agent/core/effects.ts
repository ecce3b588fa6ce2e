/**
 * The effects of the agent.
 */

import type { Event as ExecutorEvent } from '../../api/generated/executor';
import type * as internal from '../../api/generated/internal';
import type * as mesos from '../../api/generated/mesos';
import type { CommonEffect } from '../../model/event';
import type { ContainerSpec } from './container-spec';
import type { ExecutorKind } from './state';

/** Messages an agent sends to the master, by their protobuf name. */
export interface MasterMessages {
  'mesos.internal.RegisterSlaveMessage': internal.RegisterSlaveMessage;
  'mesos.internal.ReregisterSlaveMessage': internal.ReregisterSlaveMessage;
  'mesos.internal.UnregisterSlaveMessage': internal.UnregisterSlaveMessage;
  'mesos.internal.PongSlaveMessage': internal.PongSlaveMessage;
  'mesos.internal.StatusUpdateMessage': internal.StatusUpdateMessage;
  'mesos.internal.ExecutorToFrameworkMessage': internal.ExecutorToFrameworkMessage;
}

export type SendEffect = {
  [N in keyof MasterMessages]: {
    readonly kind: 'send';
    readonly to: string;
    readonly name: N;
    readonly message: MasterMessages[N];
  };
}[keyof MasterMessages];

export type AgentEffect =
  | CommonEffect
  | SendEffect
  | { readonly kind: 'link'; readonly to: string }
  /** Keeps the agent's id, so that it is the same agent after a restart. */
  | { readonly kind: 'remember'; readonly agentId: string }
  /** Keeps reservations and volumes over a restart. */
  | { readonly kind: 'keep'; readonly resources: readonly mesos.Resource[] }
  /**
   * Launches the container of an executor, which then subscribes. Answered by container.launched or container.failed, and
   * at its end by container.exited.
   */
  | { readonly kind: 'launch'; readonly spec: ContainerSpec; readonly executor: ExecutorKind }
  /** Changes the resources of a running container, as its tasks come and go. */
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
  /** All tasks have ended, and the process may. */
  | { readonly kind: 'stopped' };
