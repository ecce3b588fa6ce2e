/**
 * The isolator `volume/image`: the file system of an image at a path of the container (Mesos 1.11
 * src/slave/containerizer/mesos/isolators/volume/image.cpp).
 */

import type { ImageMount } from '../../../runtime/holder/held-program';
import type { Mount } from '../oci/runtime-spec';
import type { IsolatorContext } from './context';
import type { Changes, Isolator } from './isolator';
import { mountPoint } from './mount-point';
import { bindMount, volumesError } from './volumes';

export function volumeImage({ provisioner, config }: IsolatorContext): Isolator {
  return {
    name: 'volume/image',
    needsRuntime: false,
    refusal: ({ container }) => volumesError(container),
    prepare: async (run, signal = new AbortController().signal) => {
      const mounts: Mount[] = [];
      const imageMounts: ImageMount[] = [];
      for (const { image, container_path, mode } of run.spec.container?.volumes ?? []) {
        if (image === undefined || provisioner === undefined) continue;
        const { root, mount } = await provisioner.provision(run, image, signal);
        const place = { source: root, spec: run.spec, sandbox: config.sandbox_directory };
        mounts.push(bindMount(root, mountPoint(container_path, place), mode));
        imageMounts.push(mount);
      }
      return changesOf(mounts, imageMounts);
    },
  };
}

function changesOf(mounts: readonly Mount[], imageMounts: readonly ImageMount[]): Changes {
  return mounts.length === 0 ? {} : { mounts, imageMounts };
}
