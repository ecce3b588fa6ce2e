/**
 * Parts of a task that this agent cannot carry out. A task with one is refused with the reason: nothing that is asked for
 * is left out in silence.
 */

import type * as mesos from '../../api/generated/mesos';

/** Each part, and what a task has when it asks for it. */
const UNSUPPORTED: readonly (readonly [part: string, isAsked: (task: mesos.TaskInfo) => boolean])[] = [
  [
    'Executors other than the built-in command executor are not supported',
    ({ executor, command }) => executor !== undefined || command === undefined,
  ],
  [
    'Persistent volumes are not supported',
    ({ resources = [] }) => resources.some(({ disk }) => disk?.persistence),
  ],
  ['Docker containers are not supported', ({ container }) => container?.type === 'DOCKER'],
  ['Container images are not supported', ({ container }) => container?.mesos?.image !== undefined],
  ['Volumes are not supported', ({ container }) => (container?.volumes ?? []).length > 0],
  [
    'Container networks and port mappings (ContainerInfo.network_infos) are not supported',
    ({ container }) =>
      (container?.network_infos ?? []).some(
        ({ name, port_mappings = [] }) => name !== undefined || port_mappings.length > 0,
      ),
  ],
  ['ContainerInfo.hostname is not supported', ({ container }) => container?.hostname !== undefined],
  [
    'Capabilities, namespaces and seccomp (ContainerInfo.linux_info) are not supported',
    ({ container }) => hasMembers(container?.linux_info),
  ],
  [
    'Resource limits of processes (ContainerInfo.rlimit_info) are not supported',
    ({ container }) => (container?.rlimit_info?.rlimits ?? []).length > 0,
  ],
  [
    'Terminals (ContainerInfo.tty_info) are not supported',
    ({ container }) => container?.tty_info !== undefined,
  ],
  ['Checks (TaskInfo.check) are not supported', ({ check }) => check !== undefined],
  [
    'Limits above the resources of a task (TaskInfo.limits) are not supported',
    ({ limits }) => hasMembers(limits),
  ],
  ['Fetching URIs is not supported', ({ command }) => (command?.uris ?? []).length > 0],
];

function hasMembers(value: object | undefined): boolean {
  return value !== undefined && Object.values(value).some((member) => member !== undefined);
}

/** The reason why this agent cannot run a task; undefined when it can. */
export function unsupportedPart(task: mesos.TaskInfo): string | undefined {
  const row = UNSUPPORTED.find(([, isAsked]) => isAsked(task));
  if (row) return `${row[0]} by this agent`;
  const secret = task.command?.environment?.variables?.find(({ type }) => type === 'SECRET');
  return secret && `Secrets are not supported by this agent (environment variable ${secret.name})`;
}
