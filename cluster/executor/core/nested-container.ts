/**
 * The container of a task of a group, nested in that of its executor (Mesos 1.11 src/launcher/default_executor.cpp).
 */

import type * as mesos from '../../api/generated/mesos';
import type { ExecutorBoot, NestedContainer, OwnContainer } from './events';
import type { ExecutorTask } from './task';

/** The PATH of a task that sets none. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function nestedContainer(
  { frameworkId, executorId }: ExecutorBoot,
  parent: OwnContainer,
  { info, containerId = '' }: ExecutorTask,
): NestedContainer {
  const directory = `${parent.directory}/containers/${containerId.slice(parent.containerId.length + 1)}`;
  return {
    containerId,
    parent: parent.containerId,
    frameworkId,
    executorId,
    taskId: info.task_id.value,
    directory,
    user: info.command?.user ?? parent.user,
    command: info.command,
    environment: environmentOf(info, directory, parent.ip),
    container: withSharedVolumes(info),
    resources: info.resources ?? [],
    limits: limitsOf(info),
  };
}

/** A task of a group gets nothing of its executor's environment but the address of the container. */
function environmentOf(
  { command, resources = [] }: mesos.TaskInfo,
  directory: string,
  ip: string | undefined,
): Readonly<Record<string, string>> {
  const variables = command?.environment?.variables ?? [];
  const role = resources[0]?.allocation_info?.role;
  return {
    PATH,
    MESOS_SANDBOX: directory,
    ...Object.fromEntries(variables.map(({ name, value = '' }) => [name, value])),
    ...(ip !== undefined && { MESOS_CONTAINER_IP: ip }),
    ...(role !== undefined && { MESOS_ALLOCATION_ROLE: role }),
  };
}

/** Persistent volumes are mounted in the executor's container; the task sees them in its parent's sandbox. */
function withSharedVolumes({ container, resources = [] }: mesos.TaskInfo): mesos.ContainerInfo | undefined {
  const shared = resources.flatMap(({ disk }) => (disk?.volume ? [sharedVolume(disk.volume)] : []));
  if (shared.length === 0) return container;
  return { type: 'MESOS', ...container, volumes: [...(container?.volumes ?? []), ...shared] };
}

function sharedVolume({ mode, container_path }: mesos.Volume): mesos.Volume {
  const sandbox_path = { type: 'PARENT', path: container_path } as const;
  return { mode, container_path, source: { type: 'SANDBOX_PATH', sandbox_path } };
}

function limitsOf({ limits = {} }: mesos.TaskInfo): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(limits).map(([name, { value }]) => [name, Number(value)]));
}
