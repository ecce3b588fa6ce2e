/**
 * Everything an agent can order.
 */

import type { Event as ExecutorEvent } from '../../api/generated/executor';
import type * as internal from '../../api/generated/internal';
import type * as mesos from '../../api/generated/mesos';
import type { CommonEffect } from '../../model/event';

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
  /** Keep the id we were given, so that a restart is the same agent. */
  | { readonly kind: 'remember'; readonly agentId: string }
  /** Keep reservations and volumes over a restart. */
  | { readonly kind: 'keep'; readonly resources: readonly mesos.Resource[] }
  /** Start an executor in its sandbox; it subscribes on its own. Answered by container.failed or container.exited. */
  | {
      readonly kind: 'launch';
      readonly containerId: string;
      readonly directory: string;
      readonly frameworkId: string;
      readonly executorId: string;
      readonly environment: Readonly<Record<string, string>>;
      readonly user: string | undefined;
    }
  /** End a container and all of its processes, by force. Answered by container.exited. */
  | { readonly kind: 'destroy'; readonly containerId: string }
  | { readonly kind: 'event'; readonly stream: string; readonly event: ExecutorEvent }
  | { readonly kind: 'close'; readonly stream: string; readonly reason: string }
  | { readonly kind: 'answer'; readonly request: number; readonly status: number; readonly text?: string }
  /** Everything has ended; the process may. */
  | { readonly kind: 'stopped' };
