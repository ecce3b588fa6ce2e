/**
 * Task records in the form of the v1 API (mesos.v1.Task).
 */

import type * as mesos from '../../../api/generated/mesos';
import { hideTaskSecrets } from '../../../model/hide-secrets';
import { writeResources } from '../../../model/resources';
import type { TaskRecord } from '../state/state';

export function printTask(task: TaskRecord): mesos.Task {
  return { ...printTaskHead(task), resources: task.resources.length === 0 ? [] : withRole(task) };
}

/** A task without its resources, which cost the most to print. */
export function printTaskHead(task: TaskRecord): Omit<mesos.Task, 'resources'> {
  return {
    name: task.name,
    task_id: { value: task.id },
    framework_id: { value: task.frameworkId },
    executor_id: task.executorId === undefined ? undefined : { value: task.executorId },
    agent_id: { value: task.agentId },
    state: task.state,
    statuses: task.statuses,
    status_update_state: task.forwarded?.state,
    status_update_uuid: task.forwarded?.uuid,
    ...hideTaskSecrets(task.parts),
  };
}

function withRole(task: TaskRecord): mesos.Resource[] {
  return writeResources(task.resources).map(
    (resource) => ({ ...resource, allocation_info: { role: task.role } }) as mesos.Resource,
  );
}
