/**
 * The isolator `volume/host_path`: folders and files of the host at a path of the container (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/volume/host_path.cpp, volume/utils.cpp).
 */

import { existsSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import type { Volume } from '../../../api/generated/mesos';
import { errorText } from '../../../model/error-text';
import { makeFolder } from '../../../runtime/files/make-folder';
import type { ContainerSpec } from '../../core/state/container-spec';
import type { Mount } from '../oci/runtime-spec';
import type { IsolatorContext } from './context';
import type { Isolator } from './isolator';
import { mountPoint } from './mount-point';
import { bindMount, hostPathOf, volumesError } from './volumes';

const FOLDER_MODE = 0o755;

export function volumeHostPath({ config }: IsolatorContext): Isolator {
  const creatable = (config.host_path_volume_force_creation ?? '').split(':').filter(Boolean);
  return {
    name: 'volume/host_path',
    needsRuntime: false,
    refusal: hostPathError,
    prepare: async ({ spec }) => {
      const mounts = (spec.container?.volumes ?? []).flatMap(
        (volume) => mountOf(volume, spec, { creatable, sandbox: config.sandbox_directory }) ?? [],
      );
      return mounts.length === 0 ? {} : { mounts };
    },
  };
}

/** The error in the volumes of a container that are folders of the host. */
export function hostPathError({ container }: ContainerSpec): string | undefined {
  const error = volumesError(container);
  if (error !== undefined) return error;
  for (const { source } of container?.volumes ?? []) {
    if (source?.type !== 'HOST_PATH' || source.host_path === undefined) continue;
    const { path, mount_propagation } = source.host_path;
    if (!isAbsolute(path)) return `Path '${path}' in HOST_PATH volume is not absolute`;
    if (mount_propagation?.mode === 'BIDIRECTIONAL')
      return `Mount propagation BIDIRECTIONAL of the HOST_PATH volume '${path}' is not supported`;
  }
  return undefined;
}

function mountOf(
  volume: Volume,
  spec: ContainerSpec,
  { creatable, sandbox }: { readonly creatable: readonly string[]; readonly sandbox: string },
): Mount | undefined {
  const source = hostPathOf(volume);
  if (source === undefined) return undefined;
  if (!existsSync(source)) makeHostPath(source, creatable);
  const destination = mountPoint(volume.container_path, { source, spec, sandbox });
  return source === destination ? undefined : bindMount(source, destination, volume.mode);
}

function makeHostPath(path: string, creatable: readonly string[]): void {
  if (creatable.length === 0) throw new Error(`Path '${path}' in HOST_PATH volume does not exist`);
  if (!mayBeMade(path, creatable))
    throw new Error(
      `Path '${path}' in HOST_PATH volume does not exist and is not whitelisted for creation: Path '${normalize(path)}' is not whitelisted`,
    );
  try {
    makeFolder(path, FOLDER_MODE);
  } catch (error) {
    throw new Error(`Failed to create the host path at '${path}': ${errorText(error)}`);
  }
}

/** True for a folder that is one of the list, or below one. */
export function mayBeMade(path: string, creatable: readonly string[]): boolean {
  const normal = normalize(path);
  return creatable.some((allowed) => normal === allowed || normal.startsWith(join(allowed, '/')));
}
