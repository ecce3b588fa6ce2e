/**
 * `namespaces/ipc`: an IPC namespace and a /dev/shm of its own, or those of the container around it, by `ipc_mode`
 * (Mesos 1.10 isolators/namespaces/ipc.cpp).
 *
 * Without `ipc_mode` a container has a namespace of its own and the host's /dev/shm, and a nested one what its parent has.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerSpec } from '../../core/state/container-spec';
import { withNamespace } from '../oci/change-spec';
import { processOf } from '../oci/process-of';
import type { Mount } from '../oci/runtime-spec';
import type { Changes, ContainerRun, Isolator } from './isolator';
import { mountFolder, unmountFolder } from './mounted-folder';

const MB = 1024 * 1024;

export interface IpcOptions {
  /** `--disallow_sharing_agent_ipc_namespace`. */
  readonly disallowSharingAgent: boolean;
  /** `--default_container_shm_size`, in bytes. */
  readonly defaultShmBytes?: number | undefined;
}

export function ipcIsolator(options: IpcOptions): Isolator {
  return {
    name: 'namespaces/ipc',
    needsRuntime: true,
    refusal: (spec) => ipcRefusal(spec, options),
    prepare: async (run) => {
      const changes = ipcChanges(run.spec, around(run), { ...options, shm: shmFolder(run.folder) });
      if (changes.shmBytes !== undefined) await mountShm(shmFolder(run.folder), changes.shmBytes);
      return changes;
    },
    cleanup: ({ folder }) => unmountFolder(shmFolder(folder)),
  };
}

/** The mount is on the host, where nested containers find it, in the run folder. */
function shmFolder(folder: string): string {
  return join(folder, 'shm');
}

/** The namespace and shared memory of the container around one. */
interface Around {
  readonly pid: number;
  /** Its /dev/shm on the host; undefined for that of the host itself. */
  readonly shm: string | undefined;
}

function around({ parent }: ContainerRun): Around | undefined {
  const pid = parent && processOf(parent.folder);
  return pid === undefined ? undefined : { pid, shm: shmOf(parent) };
}

/** The nearest one of a container and those around it. */
function shmOf(run: ContainerRun | undefined): string | undefined {
  if (!run) return undefined;
  const folder = shmFolder(run.folder);
  return existsSync(folder) ? folder : shmOf(run.parent);
}

async function mountShm(folder: string, bytes: number): Promise<void> {
  const size = bytes > 0 ? `,size=${bytes}` : '';
  await mountFolder(folder, 'tmpfs', `nosuid,nodev,strictatime,mode=1777${size}`);
}

/** The reason why what a container asks for is not allowed, or makes no sense. */
export function ipcRefusal(
  { container, parent }: ContainerSpec,
  { disallowSharingAgent }: IpcOptions,
): string | undefined {
  const { ipc_mode, shm_size } = container?.linux_info ?? {};
  if (ipc_mode === 'UNKNOWN') return 'Unknown IPC mode';
  if (shm_size !== undefined && ipc_mode !== 'PRIVATE')
    return 'Only support specifying the size of /dev/shm when the IPC mode is `PRIVATE`';
  if (ipc_mode === 'SHARE_PARENT' && parent === undefined && disallowSharingAgent)
    return 'Sharing agent IPC namespace with top-level container is not allowed';
  return undefined;
}

/** Changes, and the size of the /dev/shm that they need on the host: 0 for the default of the kernel. */
interface IpcChanges extends Changes {
  readonly shmBytes?: number | undefined;
}

/** The changes in the container around it; `shm` is where one of its own is on the host. */
export function ipcChanges(
  { container }: ContainerSpec,
  parent: Around | undefined,
  { defaultShmBytes = 0, shm }: Pick<IpcOptions, 'defaultShmBytes'> & { readonly shm: string },
): IpcChanges {
  const { ipc_mode, shm_size } = container?.linux_info ?? {};
  const withOwnIpc = withNamespace({ type: 'ipc' });
  if (ipc_mode === 'PRIVATE') {
    const shmBytes = shm_size === undefined ? defaultShmBytes : shm_size * MB;
    return { mounts: [sharedMemory(shm)], specification: withOwnIpc, shmBytes };
  }
  if (!parent) return ipc_mode === 'SHARE_PARENT' ? {} : { specification: withOwnIpc };
  return {
    mounts: parent.shm === undefined ? [] : [sharedMemory(parent.shm)],
    specification: withNamespace({ type: 'ipc', path: `/proc/${parent.pid}/ns/ipc` }),
  };
}

function sharedMemory(source: string): Mount {
  return { destination: '/dev/shm', type: 'bind', source, options: ['rbind'] };
}
