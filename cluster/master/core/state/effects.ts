/**
 * The effects of the master. Plain data; edge/perform.ts performs them.
 */

import type * as internal from '../../../api/generated/internal';
import type { Event as OperatorEvent } from '../../../api/generated/master';
import type { Event as SchedulerEvent } from '../../../api/generated/scheduler';
import type { CommonEffect } from '../../../model/event';
import type { StreamId } from '../../../model/ids';

/** Messages a master sends to schedulers that are libprocess drivers, by their protobuf name. */
export interface DriverMessages {
  'mesos.internal.FrameworkRegisteredMessage': internal.FrameworkRegisteredMessage;
  'mesos.internal.FrameworkReregisteredMessage': internal.FrameworkReregisteredMessage;
  'mesos.internal.FrameworkErrorMessage': internal.FrameworkErrorMessage;
  'mesos.internal.ResourceOffersMessage': internal.ResourceOffersMessage;
  'mesos.internal.RescindResourceOfferMessage': internal.RescindResourceOfferMessage;
  'mesos.internal.InverseOffersMessage': internal.InverseOffersMessage;
  'mesos.internal.RescindInverseOfferMessage': internal.RescindInverseOfferMessage;
  'mesos.internal.StatusUpdateMessage': internal.StatusUpdateMessage;
  'mesos.internal.LostSlaveMessage': internal.LostSlaveMessage;
  'mesos.internal.ExitedExecutorMessage': internal.ExitedExecutorMessage;
  'mesos.internal.ExecutorToFrameworkMessage': internal.ExecutorToFrameworkMessage;
  'mesos.internal.SubmitSchedulerResponse': internal.SubmitSchedulerResponse;
}

/** Messages a master sends to agents, by their protobuf name. */
export interface AgentMessages {
  'mesos.internal.SlaveRegisteredMessage': internal.SlaveRegisteredMessage;
  'mesos.internal.SlaveReregisteredMessage': internal.SlaveReregisteredMessage;
  'mesos.internal.PingSlaveMessage': internal.PingSlaveMessage;
  'mesos.internal.ShutdownMessage': internal.ShutdownMessage;
  'mesos.internal.DrainSlaveMessage': internal.DrainSlaveMessage;
  'mesos.internal.RunTaskMessage': internal.RunTaskMessage;
  'mesos.internal.RunTaskGroupMessage': internal.RunTaskGroupMessage;
  'mesos.internal.CheckpointResourcesMessage': internal.CheckpointResourcesMessage;
  'mesos.internal.ApplyOperationMessage': internal.ApplyOperationMessage;
  'mesos.internal.AcknowledgeOperationStatusMessage': internal.AcknowledgeOperationStatusMessage;
  'mesos.internal.ReconcileOperationsMessage': internal.ReconcileOperationsMessage;
  'mesos.internal.KillTaskMessage': internal.KillTaskMessage;
  'mesos.internal.StatusUpdateAcknowledgementMessage': internal.StatusUpdateAcknowledgementMessage;
  'mesos.internal.ShutdownFrameworkMessage': internal.ShutdownFrameworkMessage;
  'mesos.internal.UpdateFrameworkMessage': internal.UpdateFrameworkMessage;
  'mesos.internal.ShutdownExecutorMessage': internal.ShutdownExecutorMessage;
  'mesos.internal.FrameworkToExecutorMessage': internal.FrameworkToExecutorMessage;
}

type Sent = AgentMessages & DriverMessages;

export type SendEffect = {
  [N in keyof Sent]: {
    readonly kind: 'send';
    readonly to: string;
    readonly name: N;
    readonly message: Sent[N];
  };
}[keyof Sent];

export type MasterEffect =
  | CommonEffect
  | SendEffect
  /** Keep a connection to this pid; `agent.exited` tells that it broke. */
  | { readonly kind: 'link'; readonly to: string }
  /** Store the registry; answered by registry.stored or registry.failed with the ticket. */
  | { readonly kind: 'store'; readonly registry: internal.Registry; readonly ticket: number }
  /** One event for a scheduler's stream. Drivers get a `send` instead (send-event.ts). */
  | { readonly kind: 'event'; readonly stream: StreamId; readonly event: SchedulerEvent }
  | { readonly kind: 'close'; readonly stream: StreamId; readonly reason: string }
  /** The answer to a scheduler's or operator's call; without a text its body is empty. */
  | { readonly kind: 'answer'; readonly request: number; readonly status: number; readonly text?: string }
  /** Write the whole state at this moment as the first event of an operator's stream. */
  | { readonly kind: 'welcome'; readonly stream: StreamId }
  /** One event for every operator stream. */
  | { readonly kind: 'publish'; readonly event: OperatorEvent }
  /** The state can no longer be stored: let another master lead. */
  | { readonly kind: 'resign'; readonly reason: string };
