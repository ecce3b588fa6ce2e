/** ContainerInfos for both containerizers: images, networks and volumes. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import { labelsOf, secretReference } from './labels';

/** What containers of both containerizers have. */
export interface ContainerParts {
  readonly volumes: readonly mesos.Volume[];
  readonly networks: readonly mesos.NetworkInfo[];
  readonly linuxInfo?: mesos.LinuxInfo | undefined;
  readonly hasTty?: boolean | undefined;
}

export interface DockerParts {
  readonly image: string;
  readonly network: 'HOST' | 'BRIDGE' | 'USER';
  /** Undefined for networks without mappings. */
  readonly portMappings?: readonly mesos.NetworkInfo.PortMapping[] | undefined;
  readonly privileged: boolean;
  /** Further arguments of `docker run`. */
  readonly parameters: readonly mesos.Parameter[];
  readonly forcePullImage: boolean;
}

/** A container of the Docker daemon. */
export function dockerContainer(parts: ContainerParts, docker: DockerParts): mesos.ContainerInfo {
  return {
    type: 'DOCKER',
    ...commonOf(parts),
    docker: {
      image: docker.image,
      network: docker.network,
      ...(docker.portMappings && { port_mappings: [...docker.portMappings] }),
      privileged: docker.privileged,
      parameters: [...docker.parameters],
      force_pull_image: docker.forcePullImage,
    },
  };
}

/** A container of Mesos' own containerizer; without an image it has the files of the agent. */
export function mesosContainer(parts: ContainerParts, image: mesos.Image | undefined): mesos.ContainerInfo {
  return { type: 'MESOS', ...commonOf(parts), mesos: image ? { image } : {} };
}

function commonOf({ volumes, networks, linuxInfo, hasTty }: ContainerParts): Partial<mesos.ContainerInfo> {
  return {
    volumes: [...volumes],
    ...(linuxInfo && { linux_info: linuxInfo }),
    ...(hasTty && { tty_info: {} }),
    ...(networks.length > 0 && { network_infos: [...networks] }),
  };
}

export interface ImageParts {
  readonly name: string;
  readonly forcePull: boolean;
  /** The name of a secret that holds the configuration for pulling. */
  readonly configSecret?: string | undefined;
}

/** An image of a Docker registry, for Mesos' own containerizer. */
export function dockerImage({ name, forcePull, configSecret }: ImageParts): mesos.Image {
  return {
    type: 'DOCKER',
    cached: !forcePull,
    docker: {
      name,
      ...(configSecret !== undefined && { config: secretReference(configSecret) }),
    },
  };
}

export interface NetworkParts {
  readonly name: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly portMappings?: readonly mesos.NetworkInfo.PortMapping[] | undefined;
}

export function networkInfo({ name, labels, portMappings }: NetworkParts): mesos.NetworkInfo {
  return {
    ...(name !== undefined && { name }),
    ...(portMappings && { port_mappings: [...portMappings] }),
    ...labelsOf(labels),
  };
}

/** The place of a volume in its container. */
export interface Mount {
  readonly mode: 'RW' | 'RO';
  readonly containerPath: string;
}

/** A file or folder of the agent. */
export function hostVolume(mount: Mount, hostPath: string | undefined): mesos.Volume {
  return { ...mountOf(mount), ...(hostPath !== undefined && { host_path: hostPath }) };
}

export interface ExternalVolume {
  readonly name: string;
  readonly driver: string | undefined;
  readonly options: readonly mesos.Parameter[];
}

/** A volume of a Docker volume driver. */
export function externalVolume(mount: Mount, { name, driver, options }: ExternalVolume): mesos.Volume {
  const docker_volume = {
    ...(driver !== undefined && { driver }),
    name,
    ...(options.length > 0 && { driver_options: { parameter: [...options] } }),
  };
  return { ...mountOf(mount), source: { type: 'DOCKER_VOLUME', docker_volume } };
}

/** A file with a secret. */
export function secretVolume(mount: Mount, secretName: string): mesos.Volume {
  return { ...mountOf(mount), source: { type: 'SECRET', secret: secretReference(secretName) } };
}

function mountOf({ mode, containerPath }: Mount): mesos.Volume {
  return { mode, container_path: containerPath };
}
