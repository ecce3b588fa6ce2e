/**
 * The place in a container where a volume is mounted (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/volume/host_path.cpp).
 */

import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import type { ContainerSpec } from '../../core/state/container-spec';
import { makeFileInside, makeFolderInside } from './sandbox-folders';

export interface VolumePlace {
  /** The folder or file of the host. */
  readonly source: string;
  readonly spec: ContainerSpec;
  /** The path of the sandbox in a container with an image. */
  readonly sandbox: string;
}

/**
 * The path, with something to mount on. In an image the runtime makes it. A container that shares the file system of the host
 * gets nothing made outside of its sandbox: an absolute path has to be there.
 */
export function mountPoint(containerPath: string, { source, spec, sandbox }: VolumePlace): string {
  const hasImage = spec.container?.mesos?.image !== undefined;
  if (!isAbsolute(containerPath)) {
    const inside = makeInside(spec.directory, containerPath, source);
    return hasImage ? join(sandbox, containerPath) : inside;
  }
  if (!hasImage && !existsSync(containerPath))
    throw new Error(
      `Mount point '${containerPath}' is an absolute path. It must exist if the container shares the host filesystem`,
    );
  return normalize(containerPath);
}

function makeInside(directory: string, path: string, source: string): string {
  return statSync(source).isDirectory() ? makeFolderInside(directory, path) : makeFileInside(directory, path);
}
