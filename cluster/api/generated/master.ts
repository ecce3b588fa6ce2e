/**
 * Types of the package mesos.v1.master.
 * Made by `npm run generate` from cluster/api/proto; do not edit.
 */

import type * as google from './google';
import type * as maintenance from './maintenance';
import type * as mesos from './mesos';
import type * as quota from './quota';
import type * as scheduler from './scheduler';
import type { Base64, Int64 } from '../scalars';

export interface Call {
  readonly type?: Call.Type | undefined;
  readonly get_metrics?: Call.GetMetrics | undefined;
  readonly set_logging_level?: Call.SetLoggingLevel | undefined;
  readonly list_files?: Call.ListFiles | undefined;
  readonly read_file?: Call.ReadFile | undefined;
  readonly update_weights?: Call.UpdateWeights | undefined;
  readonly reserve_resources?: Call.ReserveResources | undefined;
  readonly unreserve_resources?: Call.UnreserveResources | undefined;
  readonly create_volumes?: Call.CreateVolumes | undefined;
  readonly destroy_volumes?: Call.DestroyVolumes | undefined;
  readonly grow_volume?: Call.GrowVolume | undefined;
  readonly shrink_volume?: Call.ShrinkVolume | undefined;
  readonly update_maintenance_schedule?: Call.UpdateMaintenanceSchedule | undefined;
  readonly start_maintenance?: Call.StartMaintenance | undefined;
  readonly stop_maintenance?: Call.StopMaintenance | undefined;
  readonly drain_agent?: Call.DrainAgent | undefined;
  readonly deactivate_agent?: Call.DeactivateAgent | undefined;
  readonly reactivate_agent?: Call.ReactivateAgent | undefined;
  readonly update_quota?: Call.UpdateQuota | undefined;
  readonly teardown?: Call.Teardown | undefined;
  readonly mark_agent_gone?: Call.MarkAgentGone | undefined;
  readonly set_quota?: Call.SetQuota | undefined;
  readonly remove_quota?: Call.RemoveQuota | undefined;
  readonly explain_framework?: Call.ExplainFramework | undefined;
  readonly explain_role?: Call.ExplainRole | undefined;
  readonly explain_task?: Call.ExplainTask | undefined;
}

export namespace Call {
  export type Type =
    | 'UNKNOWN'
    | 'GET_HEALTH'
    | 'GET_FLAGS'
    | 'GET_VERSION'
    | 'GET_METRICS'
    | 'GET_LOGGING_LEVEL'
    | 'SET_LOGGING_LEVEL'
    | 'LIST_FILES'
    | 'READ_FILE'
    | 'GET_STATE'
    | 'GET_AGENTS'
    | 'GET_FRAMEWORKS'
    | 'GET_EXECUTORS'
    | 'GET_OPERATIONS'
    | 'GET_TASKS'
    | 'GET_ROLES'
    | 'GET_WEIGHTS'
    | 'UPDATE_WEIGHTS'
    | 'GET_MASTER'
    | 'SUBSCRIBE'
    | 'RESERVE_RESOURCES'
    | 'UNRESERVE_RESOURCES'
    | 'CREATE_VOLUMES'
    | 'DESTROY_VOLUMES'
    | 'GROW_VOLUME'
    | 'SHRINK_VOLUME'
    | 'GET_MAINTENANCE_STATUS'
    | 'GET_MAINTENANCE_SCHEDULE'
    | 'UPDATE_MAINTENANCE_SCHEDULE'
    | 'START_MAINTENANCE'
    | 'STOP_MAINTENANCE'
    | 'DRAIN_AGENT'
    | 'DEACTIVATE_AGENT'
    | 'REACTIVATE_AGENT'
    | 'GET_QUOTA'
    | 'UPDATE_QUOTA'
    | 'SET_QUOTA'
    | 'REMOVE_QUOTA'
    | 'TEARDOWN'
    | 'MARK_AGENT_GONE'
    | 'EXPLAIN_FRAMEWORK'
    | 'EXPLAIN_ROLE'
    | 'EXPLAIN_TASK';

  export interface ExplainFramework {
    readonly framework_id: mesos.FrameworkID;
    readonly limit?: number | undefined;
  }

  export interface ExplainRole {
    readonly role: string;
    readonly limit?: number | undefined;
  }

  export interface ExplainTask {
    readonly task_id: mesos.TaskID;
    readonly limit?: number | undefined;
  }

  export interface GetMetrics {
    readonly timeout?: mesos.DurationInfo | undefined;
  }

  export interface SetLoggingLevel {
    readonly level: number;
    readonly duration: mesos.DurationInfo;
  }

  export interface ListFiles {
    readonly path: string;
  }

  export interface ReadFile {
    readonly path: string;
    readonly offset: Int64;
    readonly length?: Int64 | undefined;
  }

  export interface UpdateWeights {
    readonly weight_infos?: readonly mesos.WeightInfo[] | undefined;
  }

  export interface ReserveResources {
    readonly agent_id: mesos.AgentID;
    readonly source?: readonly mesos.Resource[] | undefined;
    readonly resources?: readonly mesos.Resource[] | undefined;
  }

  export interface UnreserveResources {
    readonly agent_id: mesos.AgentID;
    readonly resources?: readonly mesos.Resource[] | undefined;
  }

  export interface CreateVolumes {
    readonly agent_id: mesos.AgentID;
    readonly volumes?: readonly mesos.Resource[] | undefined;
  }

  export interface DestroyVolumes {
    readonly agent_id: mesos.AgentID;
    readonly volumes?: readonly mesos.Resource[] | undefined;
  }

  export interface GrowVolume {
    readonly agent_id?: mesos.AgentID | undefined;
    readonly volume: mesos.Resource;
    readonly addition: mesos.Resource;
  }

  export interface ShrinkVolume {
    readonly agent_id?: mesos.AgentID | undefined;
    readonly volume: mesos.Resource;
    readonly subtract: mesos.Value.Scalar;
  }

  export interface UpdateMaintenanceSchedule {
    readonly schedule: maintenance.Schedule;
  }

  export interface StartMaintenance {
    readonly machines?: readonly mesos.MachineID[] | undefined;
  }

  export interface StopMaintenance {
    readonly machines?: readonly mesos.MachineID[] | undefined;
  }

  export interface DrainAgent {
    readonly agent_id: mesos.AgentID;
    readonly max_grace_period?: google.Duration | undefined;
    readonly mark_gone?: boolean | undefined;
  }

  export interface DeactivateAgent {
    readonly agent_id: mesos.AgentID;
  }

  export interface ReactivateAgent {
    readonly agent_id: mesos.AgentID;
  }

  export interface UpdateQuota {
    readonly force?: boolean | undefined;
    readonly quota_configs?: readonly quota.QuotaConfig[] | undefined;
  }

  export interface SetQuota {
    readonly quota_request: quota.QuotaRequest;
  }

  export interface RemoveQuota {
    readonly role: string;
  }

  export interface Teardown {
    readonly framework_id: mesos.FrameworkID;
  }

  export interface MarkAgentGone {
    readonly agent_id: mesos.AgentID;
  }
}

export interface Response {
  readonly type?: Response.Type | undefined;
  readonly get_health?: Response.GetHealth | undefined;
  readonly get_flags?: Response.GetFlags | undefined;
  readonly get_version?: Response.GetVersion | undefined;
  readonly get_metrics?: Response.GetMetrics | undefined;
  readonly get_logging_level?: Response.GetLoggingLevel | undefined;
  readonly list_files?: Response.ListFiles | undefined;
  readonly read_file?: Response.ReadFile | undefined;
  readonly get_state?: Response.GetState | undefined;
  readonly get_agents?: Response.GetAgents | undefined;
  readonly get_frameworks?: Response.GetFrameworks | undefined;
  readonly get_executors?: Response.GetExecutors | undefined;
  readonly get_operations?: Response.GetOperations | undefined;
  readonly explain_framework?: Response.FrameworkWhy | undefined;
  readonly explain_role?: Response.RoleExplanation | undefined;
  readonly explain_task?: Response.ExplainTask | undefined;
  readonly get_tasks?: Response.GetTasks | undefined;
  readonly get_roles?: Response.GetRoles | undefined;
  readonly get_weights?: Response.GetWeights | undefined;
  readonly get_master?: Response.GetMaster | undefined;
  readonly get_maintenance_status?: Response.GetMaintenanceStatus | undefined;
  readonly get_maintenance_schedule?: Response.GetMaintenanceSchedule | undefined;
  readonly get_quota?: Response.GetQuota | undefined;
}

export namespace Response {
  export type Type =
    | 'UNKNOWN'
    | 'GET_HEALTH'
    | 'GET_FLAGS'
    | 'GET_VERSION'
    | 'GET_METRICS'
    | 'GET_LOGGING_LEVEL'
    | 'LIST_FILES'
    | 'READ_FILE'
    | 'GET_STATE'
    | 'GET_AGENTS'
    | 'GET_FRAMEWORKS'
    | 'GET_EXECUTORS'
    | 'GET_OPERATIONS'
    | 'GET_TASKS'
    | 'GET_ROLES'
    | 'GET_WEIGHTS'
    | 'GET_MASTER'
    | 'GET_MAINTENANCE_STATUS'
    | 'GET_MAINTENANCE_SCHEDULE'
    | 'GET_QUOTA'
    | 'EXPLAIN_FRAMEWORK'
    | 'EXPLAIN_ROLE'
    | 'EXPLAIN_TASK';

  export interface AgentWhy {
    readonly agent_id: string;
    readonly hostname: string;
    readonly reason: string;
    readonly free: string;
  }

  export interface RoleWhy {
    readonly role: string;
    readonly reasons?: readonly string[] | undefined;
    readonly counts?: Record<string, number> | undefined;
    readonly agents?: readonly Response.AgentWhy[] | undefined;
  }

  export interface FrameworkWhy {
    readonly framework_id: string;
    readonly name: string;
    readonly reasons?: readonly string[] | undefined;
    readonly roles?: readonly Response.RoleWhy[] | undefined;
  }

  export interface RoleExplanation {
    readonly role: string;
    readonly weight: number;
    readonly share: number;
    readonly guarantee: string;
    readonly limit: string;
    readonly consumed: string;
    readonly frameworks?: readonly Response.FrameworkWhy[] | undefined;
  }

  export interface TaskExplanation {
    readonly task_id: string;
    readonly state: string;
    readonly agent_id: string;
    readonly reason?: string | undefined;
    readonly message?: string | undefined;
    readonly framework?: Response.FrameworkWhy | undefined;
  }

  export interface ExplainTask {
    readonly tasks?: readonly Response.TaskExplanation[] | undefined;
  }

  export interface GetHealth {
    readonly healthy: boolean;
  }

  export interface GetFlags {
    readonly flags?: readonly mesos.Flag[] | undefined;
  }

  export interface GetVersion {
    readonly version_info: mesos.VersionInfo;
  }

  export interface GetMetrics {
    readonly metrics?: readonly mesos.Metric[] | undefined;
  }

  export interface GetLoggingLevel {
    readonly level: number;
  }

  export interface ListFiles {
    readonly file_infos?: readonly mesos.FileInfo[] | undefined;
  }

  export interface ReadFile {
    readonly size: Int64;
    readonly data: Base64;
  }

  export interface GetState {
    readonly get_tasks?: Response.GetTasks | undefined;
    readonly get_executors?: Response.GetExecutors | undefined;
    readonly get_frameworks?: Response.GetFrameworks | undefined;
    readonly get_agents?: Response.GetAgents | undefined;
  }

  export interface GetAgents {
    readonly agents?: readonly Response.GetAgents.Agent[] | undefined;
    readonly recovered_agents?: readonly mesos.AgentInfo[] | undefined;
  }

  export namespace GetAgents {
    export interface Agent {
      readonly agent_info: mesos.AgentInfo;
      readonly active: boolean;
      readonly deactivated?: boolean | undefined;
      readonly version: string;
      readonly pid?: string | undefined;
      readonly registered_time?: mesos.TimeInfo | undefined;
      readonly reregistered_time?: mesos.TimeInfo | undefined;
      readonly total_resources?: readonly mesos.Resource[] | undefined;
      readonly allocated_resources?: readonly mesos.Resource[] | undefined;
      readonly offered_resources?: readonly mesos.Resource[] | undefined;
      readonly capabilities?: readonly mesos.AgentInfo.Capability[] | undefined;
      readonly resource_providers?: readonly Response.GetAgents.Agent.ResourceProvider[] | undefined;
      readonly drain_info?: mesos.DrainInfo | undefined;
      readonly estimated_drain_start_time?: mesos.TimeInfo | undefined;
    }

    export namespace Agent {
      export interface ResourceProvider {
        readonly resource_provider_info: mesos.ResourceProviderInfo;
        readonly total_resources?: readonly mesos.Resource[] | undefined;
      }
    }
  }

  export interface GetFrameworks {
    readonly frameworks?: readonly Response.GetFrameworks.Framework[] | undefined;
    readonly completed_frameworks?: readonly Response.GetFrameworks.Framework[] | undefined;
    readonly recovered_frameworks?: readonly mesos.FrameworkInfo[] | undefined;
  }

  export namespace GetFrameworks {
    export interface Framework {
      readonly framework_info: mesos.FrameworkInfo;
      readonly active: boolean;
      readonly connected: boolean;
      readonly recovered: boolean;
      readonly registered_time?: mesos.TimeInfo | undefined;
      readonly reregistered_time?: mesos.TimeInfo | undefined;
      readonly unregistered_time?: mesos.TimeInfo | undefined;
      readonly offers?: readonly mesos.Offer[] | undefined;
      readonly inverse_offers?: readonly mesos.InverseOffer[] | undefined;
      readonly allocated_resources?: readonly mesos.Resource[] | undefined;
      readonly offered_resources?: readonly mesos.Resource[] | undefined;
      readonly offer_constraints?: scheduler.OfferConstraints | undefined;
    }
  }

  export interface GetExecutors {
    readonly executors?: readonly Response.GetExecutors.Executor[] | undefined;
    readonly orphan_executors?: readonly Response.GetExecutors.Executor[] | undefined;
  }

  export namespace GetExecutors {
    export interface Executor {
      readonly executor_info: mesos.ExecutorInfo;
      readonly agent_id: mesos.AgentID;
    }
  }

  export interface GetOperations {
    readonly operations?: readonly mesos.Operation[] | undefined;
  }

  export interface GetTasks {
    readonly pending_tasks?: readonly mesos.Task[] | undefined;
    readonly tasks?: readonly mesos.Task[] | undefined;
    readonly unreachable_tasks?: readonly mesos.Task[] | undefined;
    readonly completed_tasks?: readonly mesos.Task[] | undefined;
    readonly orphan_tasks?: readonly mesos.Task[] | undefined;
  }

  export interface GetRoles {
    readonly roles?: readonly mesos.Role[] | undefined;
  }

  export interface GetWeights {
    readonly weight_infos?: readonly mesos.WeightInfo[] | undefined;
  }

  export interface GetMaster {
    readonly master_info?: mesos.MasterInfo | undefined;
    readonly start_time?: number | undefined;
    readonly elected_time?: number | undefined;
  }

  export interface GetMaintenanceStatus {
    readonly status: maintenance.ClusterStatus;
  }

  export interface GetMaintenanceSchedule {
    readonly schedule: maintenance.Schedule;
  }

  export interface GetQuota {
    readonly status: quota.QuotaStatus;
  }
}

export interface Event {
  readonly type?: Event.Type | undefined;
  readonly subscribed?: Event.Subscribed | undefined;
  readonly task_added?: Event.TaskAdded | undefined;
  readonly task_updated?: Event.TaskUpdated | undefined;
  readonly agent_added?: Event.AgentAdded | undefined;
  readonly agent_removed?: Event.AgentRemoved | undefined;
  readonly framework_added?: Event.FrameworkAdded | undefined;
  readonly framework_updated?: Event.FrameworkUpdated | undefined;
  readonly framework_removed?: Event.FrameworkRemoved | undefined;
}

export namespace Event {
  export type Type =
    | 'UNKNOWN'
    | 'SUBSCRIBED'
    | 'TASK_ADDED'
    | 'TASK_UPDATED'
    | 'AGENT_ADDED'
    | 'AGENT_REMOVED'
    | 'FRAMEWORK_ADDED'
    | 'FRAMEWORK_UPDATED'
    | 'FRAMEWORK_REMOVED'
    | 'HEARTBEAT';

  export interface Subscribed {
    readonly get_state?: Response.GetState | undefined;
    readonly heartbeat_interval_seconds?: number | undefined;
  }

  export interface TaskAdded {
    readonly task: mesos.Task;
  }

  export interface TaskUpdated {
    readonly framework_id: mesos.FrameworkID;
    readonly status: mesos.TaskStatus;
    readonly state: mesos.TaskState;
  }

  export interface FrameworkAdded {
    readonly framework: Response.GetFrameworks.Framework;
  }

  export interface FrameworkUpdated {
    readonly framework: Response.GetFrameworks.Framework;
  }

  export interface FrameworkRemoved {
    readonly framework_info: mesos.FrameworkInfo;
  }

  export interface AgentAdded {
    readonly agent: Response.GetAgents.Agent;
  }

  export interface AgentRemoved {
    readonly agent_id: mesos.AgentID;
  }
}
