/**
 * Types of the package mesos.v1.executor.
 * Made by `npm run generate` from cluster/api/proto; do not edit.
 */

import type * as mesos from './mesos';
import type { Base64 } from '../scalars';

export interface Event {
  readonly type?: Event.Type | undefined;
  readonly subscribed?: Event.Subscribed | undefined;
  readonly acknowledged?: Event.Acknowledged | undefined;
  readonly launch?: Event.Launch | undefined;
  readonly launch_group?: Event.LaunchGroup | undefined;
  readonly kill?: Event.Kill | undefined;
  readonly message?: Event.Message | undefined;
  readonly error?: Event.Error | undefined;
}

export namespace Event {
  export type Type =
    | 'UNKNOWN'
    | 'SUBSCRIBED'
    | 'LAUNCH'
    | 'LAUNCH_GROUP'
    | 'KILL'
    | 'ACKNOWLEDGED'
    | 'MESSAGE'
    | 'ERROR'
    | 'SHUTDOWN'
    | 'HEARTBEAT';

  export interface Subscribed {
    readonly executor_info: mesos.ExecutorInfo;
    readonly framework_info: mesos.FrameworkInfo;
    readonly agent_info: mesos.AgentInfo;
    readonly container_id?: mesos.ContainerID | undefined;
  }

  export interface Launch {
    readonly task: mesos.TaskInfo;
  }

  export interface LaunchGroup {
    readonly task_group: mesos.TaskGroupInfo;
  }

  export interface Kill {
    readonly task_id: mesos.TaskID;
    readonly kill_policy?: mesos.KillPolicy | undefined;
  }

  export interface Acknowledged {
    readonly task_id: mesos.TaskID;
    readonly uuid: Base64;
  }

  export interface Message {
    readonly data: Base64;
  }

  export interface Error {
    readonly message: string;
  }
}

export interface Call {
  readonly executor_id: mesos.ExecutorID;
  readonly framework_id: mesos.FrameworkID;
  readonly type?: Call.Type | undefined;
  readonly subscribe?: Call.Subscribe | undefined;
  readonly update?: Call.Update | undefined;
  readonly message?: Call.Message | undefined;
}

export namespace Call {
  export type Type =
    | 'UNKNOWN'
    | 'SUBSCRIBE'
    | 'UPDATE'
    | 'MESSAGE'
    | 'HEARTBEAT';

  export interface Subscribe {
    readonly unacknowledged_tasks?: readonly mesos.TaskInfo[] | undefined;
    readonly unacknowledged_updates?: readonly Call.Update[] | undefined;
  }

  export interface Update {
    readonly status: mesos.TaskStatus;
  }

  export interface Message {
    readonly data: Base64;
  }
}
