/**
 * Types of the package mesos.internal.
 * Made by `npm run generate` from cluster/api/proto; do not edit.
 */

import type * as maintenance from './maintenance';
import type * as mesos from './mesos';
import type * as quota from './quota';
import type { Base64 } from '../scalars';

export interface SlaveInfo {
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly resources?: readonly mesos.Resource[] | undefined;
  readonly attributes?: readonly mesos.Attribute[] | undefined;
  readonly id?: mesos.AgentID | undefined;
  readonly domain?: mesos.DomainInfo | undefined;
  readonly checkpoint?: boolean | undefined;
}

export interface StatusUpdate {
  readonly framework_id: mesos.FrameworkID;
  readonly executor_id?: mesos.ExecutorID | undefined;
  readonly slave_id?: mesos.AgentID | undefined;
  readonly status: mesos.TaskStatus;
  readonly timestamp: number;
  readonly uuid?: Base64 | undefined;
  readonly latest_state?: mesos.TaskState | undefined;
}

export interface StatusUpdateRecord {
  readonly type: StatusUpdateRecord.Type;
  readonly update?: StatusUpdate | undefined;
  readonly uuid?: Base64 | undefined;
}

export namespace StatusUpdateRecord {
  export type Type =
    | 'UPDATE'
    | 'ACK';
}

export interface ExecutorToFrameworkMessage {
  readonly slave_id: mesos.AgentID;
  readonly framework_id: mesos.FrameworkID;
  readonly executor_id: mesos.ExecutorID;
  readonly data: Base64;
}

export interface FrameworkToExecutorMessage {
  readonly slave_id: mesos.AgentID;
  readonly framework_id: mesos.FrameworkID;
  readonly executor_id: mesos.ExecutorID;
  readonly data: Base64;
}

export interface RunTaskMessage {
  readonly framework_id?: mesos.FrameworkID | undefined;
  readonly framework: mesos.FrameworkInfo;
  readonly task: mesos.TaskInfo;
  readonly resource_version_uuids?: readonly ResourceVersionUUID[] | undefined;
  readonly pid?: string | undefined;
  readonly launch_executor?: boolean | undefined;
}

export interface KillTaskMessage {
  readonly framework_id: mesos.FrameworkID;
  readonly task_id: mesos.TaskID;
  readonly kill_policy?: mesos.KillPolicy | undefined;
}

export interface StatusUpdateMessage {
  readonly update: StatusUpdate;
  readonly pid?: string | undefined;
}

export interface StatusUpdateAcknowledgementMessage {
  readonly slave_id: mesos.AgentID;
  readonly framework_id: mesos.FrameworkID;
  readonly task_id: mesos.TaskID;
  readonly uuid: Base64;
}

export interface ReconcileTasksMessage {
  readonly framework_id: mesos.FrameworkID;
  readonly statuses?: readonly mesos.TaskStatus[] | undefined;
  readonly framework?: mesos.FrameworkInfo | undefined;
}

export interface RegisterSlaveMessage {
  readonly slave: SlaveInfo;
  readonly checkpointed_resources?: readonly mesos.Resource[] | undefined;
  readonly version?: string | undefined;
  readonly agent_capabilities?: readonly mesos.AgentInfo.Capability[] | undefined;
  readonly resource_version_uuid?: mesos.UUID | undefined;
}

export interface ReregisterSlaveMessage {
  readonly slave: SlaveInfo;
  readonly checkpointed_resources?: readonly mesos.Resource[] | undefined;
  readonly executor_infos?: readonly mesos.ExecutorInfo[] | undefined;
  readonly tasks?: readonly mesos.Task[] | undefined;
  readonly frameworks?: readonly mesos.FrameworkInfo[] | undefined;
  readonly completed_frameworks?: readonly Archive.Framework[] | undefined;
  readonly version?: string | undefined;
  readonly agent_capabilities?: readonly mesos.AgentInfo.Capability[] | undefined;
  readonly resource_version_uuid?: mesos.UUID | undefined;
}

export interface Archive {
  readonly frameworks?: readonly Archive.Framework[] | undefined;
}

export namespace Archive {
  export interface Framework {
    readonly framework_info: mesos.FrameworkInfo;
    readonly pid?: string | undefined;
    readonly tasks?: readonly mesos.Task[] | undefined;
  }
}

export interface MasterSlaveConnection {
  readonly total_ping_timeout_seconds?: number | undefined;
}

export interface SlaveRegisteredMessage {
  readonly slave_id: mesos.AgentID;
  readonly connection?: MasterSlaveConnection | undefined;
}

export interface SlaveReregisteredMessage {
  readonly slave_id: mesos.AgentID;
  readonly reconciliations?: readonly ReconcileTasksMessage[] | undefined;
  readonly connection?: MasterSlaveConnection | undefined;
}

export interface UnregisterSlaveMessage {
  readonly slave_id: mesos.AgentID;
}

export interface PingSlaveMessage {
  readonly connected: boolean;
}

export interface PongSlaveMessage {
}

export interface ShutdownFrameworkMessage {
  readonly framework_id: mesos.FrameworkID;
}

export interface ShutdownExecutorMessage {
  readonly executor_id?: mesos.ExecutorID | undefined;
  readonly framework_id?: mesos.FrameworkID | undefined;
}

export interface RegisterExecutorMessage {
  readonly framework_id: mesos.FrameworkID;
  readonly executor_id: mesos.ExecutorID;
}

export interface ExecutorRegisteredMessage {
  readonly executor_info: mesos.ExecutorInfo;
  readonly framework_id: mesos.FrameworkID;
  readonly framework_info: mesos.FrameworkInfo;
  readonly slave_id: mesos.AgentID;
  readonly slave_info: SlaveInfo;
}

export interface ExecutorReregisteredMessage {
  readonly slave_id: mesos.AgentID;
  readonly slave_info: SlaveInfo;
}

export interface ReconnectExecutorMessage {
  readonly slave_id: mesos.AgentID;
}

export interface ReregisterExecutorMessage {
  readonly executor_id: mesos.ExecutorID;
  readonly framework_id: mesos.FrameworkID;
  readonly tasks?: readonly mesos.TaskInfo[] | undefined;
  readonly updates?: readonly StatusUpdate[] | undefined;
}

export interface UpdateFrameworkMessage {
  readonly framework_id: mesos.FrameworkID;
  readonly pid?: string | undefined;
  readonly framework_info?: mesos.FrameworkInfo | undefined;
}

export interface ResourceVersionUUID {
  readonly resource_provider_id?: mesos.ResourceProviderID | undefined;
  readonly uuid: mesos.UUID;
}

export interface UpdateSlaveMessage {
  readonly slave_id: mesos.AgentID;
  readonly update_oversubscribed_resources?: boolean | undefined;
  readonly oversubscribed_resources?: readonly mesos.Resource[] | undefined;
  readonly operations?: UpdateSlaveMessage.Operations | undefined;
  readonly resource_version_uuid?: mesos.UUID | undefined;
  readonly resource_providers?: UpdateSlaveMessage.ResourceProviders | undefined;
}

export namespace UpdateSlaveMessage {
  export interface Operations {
    readonly operations?: readonly mesos.Operation[] | undefined;
  }

  export interface ResourceProvider {
    readonly info?: mesos.ResourceProviderInfo | undefined;
    readonly total_resources?: readonly mesos.Resource[] | undefined;
    readonly operations: UpdateSlaveMessage.Operations;
    readonly resource_version_uuid: mesos.UUID;
  }

  export interface ResourceProviders {
    readonly providers?: readonly UpdateSlaveMessage.ResourceProvider[] | undefined;
  }
}

export interface RunTaskGroupMessage {
  readonly framework: mesos.FrameworkInfo;
  readonly executor: mesos.ExecutorInfo;
  readonly task_group: mesos.TaskGroupInfo;
  readonly resource_version_uuids?: readonly ResourceVersionUUID[] | undefined;
  readonly launch_executor?: boolean | undefined;
}

export interface CheckpointResourcesMessage {
  readonly resources?: readonly mesos.Resource[] | undefined;
}

export interface ApplyOperationMessage {
  readonly framework_id?: mesos.FrameworkID | undefined;
  readonly operation_info: mesos.Offer.Operation;
  readonly operation_uuid: mesos.UUID;
  readonly resource_version_uuid: ResourceVersionUUID;
}

export interface UpdateOperationStatusMessage {
  readonly framework_id?: mesos.FrameworkID | undefined;
  readonly slave_id?: mesos.AgentID | undefined;
  readonly status: mesos.OperationStatus;
  readonly latest_status?: mesos.OperationStatus | undefined;
  readonly operation_uuid?: mesos.UUID | undefined;
}

export interface AcknowledgeOperationStatusMessage {
  readonly status_uuid: mesos.UUID;
  readonly operation_uuid: mesos.UUID;
  readonly resource_provider_id?: mesos.ResourceProviderID | undefined;
}

export interface ReconcileOperationsMessage {
  readonly operations?: readonly ReconcileOperationsMessage.Operation[] | undefined;
  readonly framework_id?: mesos.FrameworkID | undefined;
}

export namespace ReconcileOperationsMessage {
  export interface Operation {
    readonly operation_uuid?: mesos.UUID | undefined;
    readonly operation_id?: mesos.OperationID | undefined;
    readonly resource_provider_id?: mesos.ResourceProviderID | undefined;
  }
}

export interface ExitedExecutorMessage {
  readonly slave_id: mesos.AgentID;
  readonly framework_id: mesos.FrameworkID;
  readonly executor_id: mesos.ExecutorID;
  readonly status: number;
}

export interface DrainSlaveMessage {
  readonly config: mesos.DrainConfig;
}

export interface ShutdownMessage {
  readonly message?: string | undefined;
}

export interface Registry {
  readonly master?: Registry.Master | undefined;
  readonly slaves?: Registry.Slaves | undefined;
  readonly unreachable?: Registry.UnreachableSlaves | undefined;
  readonly gone?: Registry.GoneSlaves | undefined;
  readonly machines?: Registry.Machines | undefined;
  readonly schedules?: readonly maintenance.Schedule[] | undefined;
  readonly quota_configs?: readonly quota.QuotaConfig[] | undefined;
  readonly weights?: readonly Registry.Weight[] | undefined;
  readonly minimum_capabilities?: readonly Registry.MinimumCapability[] | undefined;
}

export namespace Registry {
  export interface Master {
    readonly info: mesos.MasterInfo;
  }

  export interface Slave {
    readonly info: SlaveInfo;
    readonly drain_info?: mesos.DrainInfo | undefined;
    readonly deactivated?: boolean | undefined;
  }

  export interface Slaves {
    readonly slaves?: readonly Registry.Slave[] | undefined;
  }

  export interface UnreachableSlave {
    readonly id: mesos.AgentID;
    readonly timestamp: mesos.TimeInfo;
    readonly drain_info?: mesos.DrainInfo | undefined;
    readonly deactivated?: boolean | undefined;
  }

  export interface UnreachableSlaves {
    readonly slaves?: readonly Registry.UnreachableSlave[] | undefined;
  }

  export interface GoneSlave {
    readonly id: mesos.AgentID;
    readonly timestamp: mesos.TimeInfo;
  }

  export interface GoneSlaves {
    readonly slaves?: readonly Registry.GoneSlave[] | undefined;
  }

  export interface Machine {
    readonly info: mesos.MachineInfo;
  }

  export interface Machines {
    readonly machines?: readonly Registry.Machine[] | undefined;
  }

  export interface Weight {
    readonly info: mesos.WeightInfo;
  }

  export interface MinimumCapability {
    readonly capability: string;
  }
}

export interface AuthenticateMessage {
  readonly pid: string;
}

export interface AuthenticationMechanismsMessage {
  readonly mechanisms?: readonly string[] | undefined;
}

export interface AuthenticationStartMessage {
  readonly mechanism: string;
  readonly data?: Base64 | undefined;
}

export interface AuthenticationStepMessage {
  readonly data: Base64;
}

export interface AuthenticationCompletedMessage {
}

export interface AuthenticationFailedMessage {
}

export interface AuthenticationErrorMessage {
  readonly error?: string | undefined;
}

export interface SubmitSchedulerRequest {
  readonly name: string;
}

export interface SubmitSchedulerResponse {
  readonly okay: boolean;
}

export interface RegisterFrameworkMessage {
  readonly framework: mesos.FrameworkInfo;
}

export interface ReregisterFrameworkMessage {
  readonly framework: mesos.FrameworkInfo;
  readonly failover: boolean;
}

export interface FrameworkRegisteredMessage {
  readonly framework_id: mesos.FrameworkID;
  readonly master_info: mesos.MasterInfo;
}

export interface FrameworkReregisteredMessage {
  readonly framework_id: mesos.FrameworkID;
  readonly master_info: mesos.MasterInfo;
}

export interface UnregisterFrameworkMessage {
  readonly framework_id: mesos.FrameworkID;
}

export interface DeactivateFrameworkMessage {
  readonly framework_id: mesos.FrameworkID;
}

export interface ResourceRequestMessage {
  readonly framework_id: mesos.FrameworkID;
  readonly requests?: readonly mesos.Request[] | undefined;
}

export interface ResourceOffersMessage {
  readonly offers?: readonly mesos.Offer[] | undefined;
  readonly pids?: readonly string[] | undefined;
}

export interface InverseOffersMessage {
  readonly inverse_offers?: readonly mesos.InverseOffer[] | undefined;
  readonly pids?: readonly string[] | undefined;
}

export interface LaunchTasksMessage {
  readonly framework_id: mesos.FrameworkID;
  readonly tasks?: readonly mesos.TaskInfo[] | undefined;
  readonly filters: mesos.Filters;
  readonly offer_ids?: readonly mesos.OfferID[] | undefined;
}

export interface RescindResourceOfferMessage {
  readonly offer_id: mesos.OfferID;
}

export interface RescindInverseOfferMessage {
  readonly inverse_offer_id: mesos.OfferID;
}

export interface ReviveOffersMessage {
  readonly framework_id: mesos.FrameworkID;
  readonly roles?: readonly string[] | undefined;
}

export interface LostSlaveMessage {
  readonly slave_id: mesos.AgentID;
}

export interface FrameworkErrorMessage {
  readonly message: string;
}
