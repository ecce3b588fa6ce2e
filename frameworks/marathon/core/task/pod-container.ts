/** The containers of a pod: that of the executor with the networks, and those of the tasks with image and volumes. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import { dockerImage, hostVolume, secretVolume } from '../../../kit/core/task/container';
import type { Pod, PodContainer, PodImage, VolumeMount } from '../../api/pod';
import { linuxOf } from './container';

/** Volumes are folders in the sandbox of the executor: persistent ones by their names, ephemeral ones in this folder. */
const EPHEMERAL_FOLDER = 'volumes/';

/**
 * The executor's container. Mesos takes no executor that shares cgroups, so `legacySharedCgroups` is for the tasks only;
 * the original sends it to be refused.
 */
export function executorContainer(
  { linuxInfo }: Pod,
  networks: readonly mesos.NetworkInfo[],
): mesos.ContainerInfo {
  return {
    type: 'MESOS',
    ...(networks.length > 0 && { network_infos: [...networks] }),
    linux_info: { share_cgroups: false, ...(linuxInfo && linuxOf(linuxInfo)) },
  };
}

export function taskContainer(pod: Pod, container: PodContainer): mesos.ContainerInfo {
  const { image, linuxInfo, tty } = container;
  const volumes = container.volumeMounts.flatMap((mount) => volumeOf(pod, mount) ?? []);
  return {
    type: 'MESOS',
    ...(volumes.length > 0 && { volumes }),
    ...(image && { mesos: { image: imageOf(pod, image) } }),
    ...(tty && { tty_info: {} }),
    linux_info: {
      share_cgroups: pod.legacySharedCgroups ?? false,
      ...(linuxInfo && linuxOf(linuxInfo)),
    },
  };
}

function imageOf({ secrets }: Pod, { id, forcePull, pullConfig }: PodImage): mesos.Image {
  const configSecret = pullConfig && (secrets[pullConfig.secret]?.source ?? pullConfig.secret);
  return dockerImage({ name: id, forcePull: forcePull ?? false, configSecret });
}

function volumeOf(pod: Pod, { name, mountPath, readOnly }: VolumeMount): mesos.Volume | undefined {
  const volume = pod.volumes.find((candidate) => candidate.name === name);
  if (!volume) return undefined;
  const mode = readOnly ? 'RO' : 'RW';
  if (volume.host !== undefined) return hostVolume({ mode, containerPath: mountPath }, volume.host);
  if (volume.secret !== undefined) {
    const source = pod.secrets[volume.secret]?.source ?? volume.secret;
    return secretVolume({ mode: 'RO', containerPath: mountPath }, source);
  }
  const path = volume.persistent ? name : `${EPHEMERAL_FOLDER}${name}`;
  return {
    mode,
    container_path: mountPath,
    source: { type: 'SANDBOX_PATH', sandbox_path: { type: 'PARENT', path } },
  };
}
