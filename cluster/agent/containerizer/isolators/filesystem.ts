/**
 * `filesystem/posix` and `filesystem/linux`: the file system of the host, with the persistent volumes of the container in its
 * sandbox (Mesos 1.10 isolators/filesystem/posix.cpp and linux.cpp).
 *
 * With `filesystem/linux` it is seen in a mount namespace of its own, which the runtime makes, and volumes to read are
 * mounted so. The sandbox keeps its path.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerSpec } from '../../core/state/container-spec';
import type { Mount } from '../oci/runtime-spec';
import type { IsolatorContext } from './context';
import { imageChanges } from './image-root';
import type { ContainerRun, Isolator } from './isolator';
import { type LinkedVolume, linkedVolumes, VolumeLinks } from './persistent-volumes';
import { makeFolderInside } from './sandbox-folders';

export function filesystemPosix({ workDir, log }: Pick<IsolatorContext, 'workDir' | 'log'>): Isolator {
  return linking('filesystem/posix', false, workDir, (volumes, run) => {
    for (const { path, isReadOnly } of volumes) {
      if (!isReadOnly) continue;
      const fields = { container: run.spec.containerId, volume: path };
      log.warn(fields, 'a persistent volume to read can be written to; filesystem/linux prevents it');
    }
    return [];
  });
}

export function filesystemLinux({
  workDir,
  config,
}: Pick<IsolatorContext, 'workDir'> & {
  readonly config: Pick<IsolatorContext['config'], 'sandbox_directory'>;
}): Isolator {
  const { sandbox_directory: sandbox } = config;
  const shared = linking('filesystem/linux', true, workDir, (volumes) => readOnlyMounts(volumes));
  return {
    ...shared,
    prepare: async (run) =>
      run.image
        ? imageChanges(run.image, run.spec, { sandbox, volumes: volumesInImage(workDir, run.spec) })
        : ((await shared.prepare?.(run)) ?? {}),
    update: async (run, change) => {
      if (run.spec.container?.mesos?.image === undefined) return await shared.update?.(run, change);
      const volumes = linkedVolumes(workDir, run.spec.resources);
      const absent = volumes.find(({ name }) => !existsSync(join(run.spec.directory, name)));
      if (absent)
        throw new Error(
          `The persistent volume '${absent.name}' cannot come to a container with an image that runs already`,
        );
    },
  };
}

/** The persistent volumes of a container with an image, each with a folder in the sandbox that it is mounted on. */
function volumesInImage(workDir: string, { directory, resources }: ContainerSpec): readonly LinkedVolume[] {
  const volumes = linkedVolumes(workDir, resources);
  for (const { name } of volumes) makeFolderInside(directory, name);
  return volumes;
}

/** A volume is mounted over itself, where the link leads. */
export function readOnlyMounts(volumes: readonly LinkedVolume[]): readonly Mount[] {
  return volumes
    .filter(({ isReadOnly }) => isReadOnly)
    .map(({ path }) => ({ destination: path, type: 'bind', source: path, options: ['rbind', 'ro'] }));
}

type MountsOf = (volumes: readonly LinkedVolume[], run: ContainerRun) => readonly Mount[];

function linking(name: string, needsRuntime: boolean, workDir: string, mountsOf: MountsOf): Isolator {
  const links = new VolumeLinks();
  const volumesOf = ({ spec }: ContainerRun): readonly LinkedVolume[] =>
    linkedVolumes(workDir, spec.resources);
  return {
    name,
    needsRuntime,
    async prepare(run) {
      const volumes = volumesOf(run);
      await links.link(run, volumes);
      const mounts = mountsOf(volumes, run);
      return mounts.length === 0 ? {} : { mounts };
    },
    update: (run) => links.link(run, volumesOf(run)),
    recover: (run) => Promise.resolve(links.recover(run)),
    cleanup: (run) => Promise.resolve(links.forget(run)),
  };
}
