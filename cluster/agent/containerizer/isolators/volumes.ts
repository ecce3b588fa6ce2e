/**
 * Volumes of `ContainerInfo.volumes` by their sources (Mesos 1.11 src/common/validation.cpp).
 */

import { isAbsolute } from 'node:path';
import type { ContainerInfo, Volume } from '../../../api/generated/mesos';
import type { Mount } from '../oci/runtime-spec';

/** The folder of the host that a volume names; undefined for other volumes. */
export function hostPathOf({ host_path, source }: Volume): string | undefined {
  if (host_path !== undefined && isAbsolute(host_path)) return host_path;
  return source?.type === 'HOST_PATH' ? source.host_path?.path : undefined;
}

/** A folder of the container's own sandbox, or of its parent's. */
export interface SandboxPath {
  readonly type: 'UNKNOWN' | 'SELF' | 'PARENT';
  readonly path: string;
}

/** The folder of a sandbox that a volume names; a relative `host_path` is one of its own. */
export function sandboxPathOf({ host_path, source }: Volume): SandboxPath | undefined {
  if (host_path !== undefined && !isAbsolute(host_path)) return { type: 'SELF', path: host_path };
  if (source?.type !== 'SANDBOX_PATH' || source.sandbox_path === undefined) return undefined;
  return { type: source.sandbox_path.type ?? 'UNKNOWN', path: source.sandbox_path.path };
}

/** The error in a volume, in the words of Mesos. */
export function volumeError({ host_path, image, source }: Volume): string | undefined {
  const sources = [host_path, image, source].filter((value) => value !== undefined);
  if (sources.length !== 1)
    return "Invalid volume: Only one of them should be set: 'host_path', 'image' and 'source'";
  if (source === undefined) return undefined;
  const [member, value] = memberOf(source);
  if (member === undefined) return "Invalid volume: 'source.type' is unknown";
  return value === undefined
    ? `Invalid volume: 'source.${member}' is not set for ${source.type} volume`
    : undefined;
}

function memberOf(source: Volume.Source): readonly [member: string | undefined, value?: object | undefined] {
  switch (source.type) {
    case 'DOCKER_VOLUME':
      return ['docker_volume', source.docker_volume];
    case 'HOST_PATH':
      return ['host_path', source.host_path];
    case 'SANDBOX_PATH':
      return ['sandbox_path', source.sandbox_path];
    case 'SECRET':
      return ['secret', source.secret];
    case 'CSI_VOLUME':
      return ['csi_volume', source.csi_volume];
    default:
      return [undefined];
  }
}

/** The first error in the volumes of a container. */
export function volumesError(container: ContainerInfo | undefined): string | undefined {
  for (const volume of container?.volumes ?? []) {
    const error = volumeError(volume);
    if (error !== undefined) return error;
  }
  return undefined;
}

/** A bind mount with all that is mounted below the source. */
export function bindMount(source: string, destination: string, mode: Volume.Mode | undefined): Mount {
  return { source, destination, type: 'bind', options: ['rbind', mode === 'RO' ? 'ro' : 'rw'] };
}
