/**
 * Parts of a container that an isolator has to carry out which is not on: they are refused with its name. The original leaves
 * them out in silence.
 *
 * It is on always, and has no name in `--isolation`.
 */

import type { Image, Volume } from '../../../api/generated/mesos';
import type { ContainerSpec } from '../../core/state/container-spec';
import type { IsolatorContext } from './context';
import type { Isolator } from './isolator';
import { hostPathOf } from './volumes';

interface Ask {
  /** The part, for the text. */
  readonly part: string;
  /** The isolator that carries it out; undefined when none does yet. */
  readonly isolator?: string;
  readonly isAsked: (spec: ContainerSpec) => boolean;
}

/** Limits and privileges of processes. */
const PROCESS_ASKS: readonly Ask[] = [
  {
    part: 'ContainerInfo.rlimit_info',
    isolator: 'posix/rlimits',
    isAsked: ({ container }) => (container?.rlimit_info?.rlimits ?? []).length > 0,
  },
  {
    part: 'Capabilities (ContainerInfo.linux_info)',
    isolator: 'linux/capabilities',
    isAsked: ({ container }) => {
      const info = container?.linux_info;
      return [info?.capability_info, info?.effective_capabilities, info?.bounding_capabilities].some(
        (capabilities) => capabilities !== undefined,
      );
    },
  },
  {
    part: 'LinuxInfo.seccomp with a profile',
    isolator: 'linux/seccomp',
    isAsked: ({ container }) => container?.linux_info?.seccomp?.profile_name !== undefined,
  },
  {
    part: 'LinuxInfo.ipc_mode PRIVATE',
    isolator: 'namespaces/ipc',
    isAsked: ({ container }) => container?.linux_info?.ipc_mode === 'PRIVATE',
  },
  {
    part: 'LinuxInfo.shm_size',
    isolator: 'namespaces/ipc',
    isAsked: ({ container }) => container?.linux_info?.shm_size !== undefined,
  },
];

const ASKS: readonly Ask[] = [
  ...PROCESS_ASKS,
  {
    part: 'A limit of cpus above the request',
    isolator: 'cgroups/cpu',
    isAsked: ({ limits }) => Number.isFinite(limits['cpus']),
  },
  {
    part: 'A limit of mem above the request',
    isolator: 'cgroups/mem',
    isAsked: ({ limits }) => Number.isFinite(limits['mem']),
  },
  {
    part: 'A network with a name (ContainerInfo.network_infos)',
    isolator: 'network/cni',
    isAsked: ({ container }) => (container?.network_infos ?? []).some(({ name }) => name !== undefined),
  },
  {
    part: 'A mapping of ports (ContainerInfo.network_infos)',
    isolator: 'network/cni',
    isAsked: ({ container }) =>
      (container?.network_infos ?? []).some(({ port_mappings = [] }) => port_mappings.length > 0),
  },
  {
    part: 'A HOST_PATH volume',
    isolator: 'volume/host_path',
    isAsked: ({ container }) => (container?.volumes ?? []).some((volume) => hostPathOf(volume) !== undefined),
  },
  {
    part: 'An image (ContainerInfo.mesos.image)',
    isolator: 'filesystem/linux',
    isAsked: hasImage,
  },
  {
    part: 'An image (ContainerInfo.mesos.image)',
    isolator: 'docker/runtime',
    isAsked: hasImage,
  },
  {
    part: 'A volume with an image',
    isolator: 'volume/image',
    isAsked: ({ container }) => (container?.volumes ?? []).some(({ image }) => image !== undefined),
  },
  {
    part: 'A DOCKER_VOLUME volume',
    isolator: 'docker/volume',
    isAsked: hasVolumeOf('DOCKER_VOLUME'),
  },
  {
    part: 'A SECRET volume',
    isolator: 'volume/secret',
    isAsked: hasVolumeOf('SECRET'),
  },
  {
    part: 'A CSI_VOLUME volume',
    isAsked: hasVolumeOf('CSI_VOLUME'),
  },
];

function hasVolumeOf(type: Volume.Source['type']): Ask['isAsked'] {
  return ({ container }) => (container?.volumes ?? []).some(({ source }) => source?.type === type);
}

export function unmetAsks({ isolation, hasRuntime, provisioner }: IsolatorContext): Isolator {
  return {
    name: 'unmet asks',
    needsRuntime: false,
    refusal: (spec) => unmetAsk(spec, { isolation, hasRuntime, hasImages: provisioner !== undefined }),
  };
}

/** A limit or privilege that a container asks for its processes; undefined when it asks for none. */
export function processAsk(spec: ContainerSpec): string | undefined {
  return PROCESS_ASKS.find(({ isAsked }) => isAsked(spec))?.part;
}

function hasImage({ container }: ContainerSpec): boolean {
  return container?.mesos?.image !== undefined;
}

/** The images that a container asks for: that of its file system, and those of volumes. */
function imagesOf({ container }: ContainerSpec): readonly Image[] {
  return [container?.mesos?.image, ...(container?.volumes ?? []).map(({ image }) => image)].flatMap(
    (image) => image ?? [],
  );
}

/** The reason why a container cannot have all that it asks for. */
export function unmetAsk(
  spec: ContainerSpec,
  {
    isolation,
    hasRuntime,
    hasImages = false,
  }: Pick<IsolatorContext, 'isolation' | 'hasRuntime'> & { readonly hasImages?: boolean },
): string | undefined {
  const images = imagesOf(spec);
  const other = images.find(({ type }) => type !== 'DOCKER');
  if (other) return `Unsupported container image type: ${other.type}; this agent has DOCKER`;
  for (const { part, isolator, isAsked } of ASKS) {
    if (!isAsked(spec) || (isolator !== undefined && isolation.includes(isolator))) continue;
    return isolator === undefined
      ? `${part} is not supported`
      : `${part} needs the isolator ${isolator}, which --isolation of this agent does not have`;
  }
  if (images.length > 0 && !hasImages)
    return 'An image needs --image_providers=DOCKER, which this agent does not have';
  return spec.container?.hostname !== undefined && !hasRuntime
    ? 'ContainerInfo.hostname needs an OCI runtime, and this agent has none'
    : undefined;
}
