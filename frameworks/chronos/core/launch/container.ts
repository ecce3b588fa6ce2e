/** The ContainerInfo of a job's task. Unlike those of the original, mappings of ports reach Mesos. */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import {
  dockerContainer,
  dockerImage,
  externalVolume,
  hostVolume,
  mesosContainer,
  networkInfo,
} from '../../../kit/core/task/container';
import { mappingsOf } from '../../../kit/core/task/ports';
import type { Container, NetworkInfo, PortMapping, Volume } from '../jobs/container';
import { portMappingsOf } from '../jobs/shape';

type HostPorts = readonly (number | null)[];

/** The container, with a host port for each mapping. */
export function jobContainer(container: Container, hostPorts: HostPorts): mesos.ContainerInfo {
  const { image, forcePullImage, parameters } = container;
  const volumes = container.volumes.map(volumeOf);
  if (container.type === 'MESOS') {
    const parts = { volumes, networks: networksOf(container, hostPorts) };
    return mesosContainer(parts, dockerImage({ name: image, forcePull: forcePullImage }));
  }
  const mappings = wireMappings(portMappingsOf(container), hostPorts);
  const network = container.network;
  const portMappings = network === 'HOST' || mappings.length === 0 ? undefined : mappings;
  const docker = { image, network, portMappings, privileged: false, parameters, forcePullImage };
  return dockerContainer({ volumes, networks: networksOf(container, []) }, docker);
}

/** The networks by name; those of Mesos' own containerizer have the mappings. */
function networksOf({ networkName, networkInfos }: Container, hostPorts: HostPorts): mesos.NetworkInfo[] {
  const first = networkName === undefined ? [] : [networkInfo({ name: networkName, labels: {} })];
  let used = 0;
  const others = networkInfos.map((info) => {
    const ports = hostPorts.slice(used, used + info.portMappings.length);
    used += info.portMappings.length;
    return networkOf(info, ports);
  });
  return [...first, ...others];
}

/** The protocol asks for an address of that kind; the original reads it and does not send it. */
function networkOf(
  { name, protocol, labels, portMappings }: NetworkInfo,
  ports: HostPorts,
): mesos.NetworkInfo {
  const mappings = wireMappings(portMappings, ports);
  const network = networkInfo({
    name,
    labels: Object.fromEntries(labels.map(({ key, value }) => [key, value])),
    portMappings: mappings.length > 0 ? mappings : undefined,
  });
  return protocol === undefined ? network : { ...network, ip_addresses: [{ protocol }] };
}

function wireMappings(
  mappings: readonly PortMapping[],
  hostPorts: HostPorts,
): mesos.NetworkInfo.PortMapping[] {
  return mappingsOf(
    mappings.map(({ containerPort, protocol = 'tcp' }, index) => ({
      declared: containerPort,
      containerPort,
      hostPort: hostPorts[index] ?? undefined,
      protocol,
    })),
  );
}

function volumeOf({ containerPath, hostPath, mode, external }: Volume): mesos.Volume {
  const mount = { mode, containerPath };
  if (external === undefined) return hostVolume(mount, hostPath);
  const { name, provider, options } = external;
  return externalVolume(mount, { name, driver: provider, options });
}
