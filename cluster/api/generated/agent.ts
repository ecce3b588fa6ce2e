/**
 * Types of the package mesos.v1.agent.
 * Made by `npm run generate` from cluster/api/proto; do not edit.
 */

import type * as mesos from './mesos';
import type { Base64, Int64 } from '../scalars';

export interface Call {
  readonly type?: Call.Type | undefined;
  readonly get_metrics?: Call.GetMetrics | undefined;
  readonly set_logging_level?: Call.SetLoggingLevel | undefined;
  readonly list_files?: Call.ListFiles | undefined;
  readonly read_file?: Call.ReadFile | undefined;
  readonly get_containers?: Call.GetContainers | undefined;
  readonly launch_nested_container?: Call.LaunchNestedContainer | undefined;
  readonly wait_nested_container?: Call.WaitNestedContainer | undefined;
  readonly kill_nested_container?: Call.KillNestedContainer | undefined;
  readonly remove_nested_container?: Call.RemoveNestedContainer | undefined;
  readonly launch_nested_container_session?: Call.LaunchNestedContainerSession | undefined;
  readonly attach_container_input?: Call.AttachContainerInput | undefined;
  readonly attach_container_output?: Call.AttachContainerOutput | undefined;
  readonly launch_container?: Call.LaunchContainer | undefined;
  readonly wait_container?: Call.WaitContainer | undefined;
  readonly kill_container?: Call.KillContainer | undefined;
  readonly remove_container?: Call.RemoveContainer | undefined;
  readonly add_resource_provider_config?: Call.AddResourceProviderConfig | undefined;
  readonly update_resource_provider_config?: Call.UpdateResourceProviderConfig | undefined;
  readonly remove_resource_provider_config?: Call.RemoveResourceProviderConfig | undefined;
  readonly mark_resource_provider_gone?: Call.MarkResourceProviderGone | undefined;
  readonly prune_images?: Call.PruneImages | undefined;
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
    | 'GET_CONTAINERS'
    | 'GET_FRAMEWORKS'
    | 'GET_EXECUTORS'
    | 'GET_OPERATIONS'
    | 'GET_TASKS'
    | 'GET_AGENT'
    | 'GET_RESOURCE_PROVIDERS'
    | 'LAUNCH_NESTED_CONTAINER'
    | 'WAIT_NESTED_CONTAINER'
    | 'KILL_NESTED_CONTAINER'
    | 'REMOVE_NESTED_CONTAINER'
    | 'LAUNCH_NESTED_CONTAINER_SESSION'
    | 'ATTACH_CONTAINER_INPUT'
    | 'ATTACH_CONTAINER_OUTPUT'
    | 'LAUNCH_CONTAINER'
    | 'WAIT_CONTAINER'
    | 'KILL_CONTAINER'
    | 'REMOVE_CONTAINER'
    | 'ADD_RESOURCE_PROVIDER_CONFIG'
    | 'UPDATE_RESOURCE_PROVIDER_CONFIG'
    | 'REMOVE_RESOURCE_PROVIDER_CONFIG'
    | 'MARK_RESOURCE_PROVIDER_GONE'
    | 'PRUNE_IMAGES';

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

  export interface GetContainers {
    readonly show_nested?: boolean | undefined;
    readonly show_standalone?: boolean | undefined;
  }

  export interface LaunchNestedContainer {
    readonly container_id: mesos.ContainerID;
    readonly command?: mesos.CommandInfo | undefined;
    readonly container?: mesos.ContainerInfo | undefined;
  }

  export interface WaitNestedContainer {
    readonly container_id: mesos.ContainerID;
  }

  export interface KillNestedContainer {
    readonly container_id: mesos.ContainerID;
    readonly signal?: number | undefined;
  }

  export interface RemoveNestedContainer {
    readonly container_id: mesos.ContainerID;
  }

  export interface LaunchNestedContainerSession {
    readonly container_id: mesos.ContainerID;
    readonly command?: mesos.CommandInfo | undefined;
    readonly container?: mesos.ContainerInfo | undefined;
  }

  export interface AttachContainerInput {
    readonly type?: Call.AttachContainerInput.Type | undefined;
    readonly container_id?: mesos.ContainerID | undefined;
    readonly process_io?: ProcessIO | undefined;
  }

  export namespace AttachContainerInput {
    export type Type =
      | 'UNKNOWN'
      | 'CONTAINER_ID'
      | 'PROCESS_IO';
  }

  export interface AttachContainerOutput {
    readonly container_id: mesos.ContainerID;
  }

  export interface LaunchContainer {
    readonly container_id: mesos.ContainerID;
    readonly command?: mesos.CommandInfo | undefined;
    readonly resources?: readonly mesos.Resource[] | undefined;
    readonly container?: mesos.ContainerInfo | undefined;
    readonly limits?: Record<string, mesos.Value.Scalar> | undefined;
  }

  export interface WaitContainer {
    readonly container_id: mesos.ContainerID;
  }

  export interface KillContainer {
    readonly container_id: mesos.ContainerID;
    readonly signal?: number | undefined;
  }

  export interface RemoveContainer {
    readonly container_id: mesos.ContainerID;
  }

  export interface AddResourceProviderConfig {
    readonly info: mesos.ResourceProviderInfo;
  }

  export interface UpdateResourceProviderConfig {
    readonly info: mesos.ResourceProviderInfo;
  }

  export interface RemoveResourceProviderConfig {
    readonly type: string;
    readonly name: string;
  }

  export interface MarkResourceProviderGone {
    readonly resource_provider_id: mesos.ResourceProviderID;
  }

  export interface PruneImages {
    readonly excluded_images?: readonly mesos.Image[] | undefined;
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
  readonly get_containers?: Response.GetContainers | undefined;
  readonly get_frameworks?: Response.GetFrameworks | undefined;
  readonly get_executors?: Response.GetExecutors | undefined;
  readonly get_operations?: Response.GetOperations | undefined;
  readonly get_tasks?: Response.GetTasks | undefined;
  readonly get_agent?: Response.GetAgent | undefined;
  readonly get_resource_providers?: Response.GetResourceProviders | undefined;
  readonly wait_nested_container?: Response.WaitNestedContainer | undefined;
  readonly wait_container?: Response.WaitContainer | undefined;
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
    | 'GET_CONTAINERS'
    | 'GET_FRAMEWORKS'
    | 'GET_EXECUTORS'
    | 'GET_OPERATIONS'
    | 'GET_TASKS'
    | 'GET_AGENT'
    | 'GET_RESOURCE_PROVIDERS'
    | 'WAIT_NESTED_CONTAINER'
    | 'WAIT_CONTAINER';

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
  }

  export interface GetContainers {
    readonly containers?: readonly Response.GetContainers.Container[] | undefined;
  }

  export namespace GetContainers {
    export interface Container {
      readonly framework_id?: mesos.FrameworkID | undefined;
      readonly executor_id?: mesos.ExecutorID | undefined;
      readonly executor_name?: string | undefined;
      readonly container_id: mesos.ContainerID;
      readonly container_status?: mesos.ContainerStatus | undefined;
      readonly resource_statistics?: mesos.ResourceStatistics | undefined;
    }
  }

  export interface GetFrameworks {
    readonly frameworks?: readonly Response.GetFrameworks.Framework[] | undefined;
    readonly completed_frameworks?: readonly Response.GetFrameworks.Framework[] | undefined;
  }

  export namespace GetFrameworks {
    export interface Framework {
      readonly framework_info: mesos.FrameworkInfo;
    }
  }

  export interface GetExecutors {
    readonly executors?: readonly Response.GetExecutors.Executor[] | undefined;
    readonly completed_executors?: readonly Response.GetExecutors.Executor[] | undefined;
  }

  export namespace GetExecutors {
    export interface Executor {
      readonly executor_info: mesos.ExecutorInfo;
    }
  }

  export interface GetOperations {
    readonly operations?: readonly mesos.Operation[] | undefined;
  }

  export interface GetTasks {
    readonly pending_tasks?: readonly mesos.Task[] | undefined;
    readonly queued_tasks?: readonly mesos.Task[] | undefined;
    readonly launched_tasks?: readonly mesos.Task[] | undefined;
    readonly terminated_tasks?: readonly mesos.Task[] | undefined;
    readonly completed_tasks?: readonly mesos.Task[] | undefined;
  }

  export interface GetAgent {
    readonly agent_info?: mesos.AgentInfo | undefined;
    readonly drain_config?: mesos.DrainConfig | undefined;
    readonly estimated_drain_start_time?: mesos.TimeInfo | undefined;
  }

  export interface GetResourceProviders {
    readonly resource_providers?: readonly Response.GetResourceProviders.ResourceProvider[] | undefined;
  }

  export namespace GetResourceProviders {
    export interface ResourceProvider {
      readonly resource_provider_info: mesos.ResourceProviderInfo;
      readonly total_resources?: readonly mesos.Resource[] | undefined;
    }
  }

  export interface WaitNestedContainer {
    readonly exit_status?: number | undefined;
    readonly state?: mesos.TaskState | undefined;
    readonly reason?: mesos.TaskStatus.Reason | undefined;
    readonly limitation?: mesos.TaskResourceLimitation | undefined;
    readonly message?: string | undefined;
  }

  export interface WaitContainer {
    readonly exit_status?: number | undefined;
    readonly state?: mesos.TaskState | undefined;
    readonly reason?: mesos.TaskStatus.Reason | undefined;
    readonly limitation?: mesos.TaskResourceLimitation | undefined;
    readonly message?: string | undefined;
  }
}

export interface ProcessIO {
  readonly type?: ProcessIO.Type | undefined;
  readonly data?: ProcessIO.Data | undefined;
  readonly control?: ProcessIO.Control | undefined;
}

export namespace ProcessIO {
  export type Type =
    | 'UNKNOWN'
    | 'DATA'
    | 'CONTROL';

  export interface Data {
    readonly type?: ProcessIO.Data.Type | undefined;
    readonly data?: Base64 | undefined;
  }

  export namespace Data {
    export type Type =
      | 'UNKNOWN'
      | 'STDIN'
      | 'STDOUT'
      | 'STDERR';
  }

  export interface Control {
    readonly type?: ProcessIO.Control.Type | undefined;
    readonly tty_info?: mesos.TTYInfo | undefined;
    readonly heartbeat?: ProcessIO.Control.Heartbeat | undefined;
  }

  export namespace Control {
    export type Type =
      | 'UNKNOWN'
      | 'TTY_INFO'
      | 'HEARTBEAT';

    export interface Heartbeat {
      readonly interval?: mesos.DurationInfo | undefined;
    }
  }
}
