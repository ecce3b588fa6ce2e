/**
 * The endpoints of a pod with the host ports of a launch: as port mappings of its networks, and as the discovery of its
 * tasks (`TaskGroupBuilder`, `PortDiscovery` of Marathon).
 */

import type * as mesos from '../../../../cluster/api/generated/mesos';
import { networkInfo } from '../../../kit/core/task/container';
import { labelsOf } from '../../../kit/core/task/labels';
import { effectivePort } from '../../../kit/core/task/ports';
import type { Network } from '../../api/app';
import type { Endpoint, Pod } from '../../api/pod';
import { dottedName } from '../state/paths';

/** An endpoint in a launch: with the host port of the match, where it asks for one. */
export type PlacedEndpoint = Endpoint;

/** The endpoints of each container, in their order; `hostPorts` are those of all endpoints together. */
export function placedEndpoints(
  { containers }: Pod,
  hostPorts: readonly (number | null)[],
): readonly (readonly PlacedEndpoint[])[] {
  const left = [...hostPorts];
  return containers.map(({ endpoints }) =>
    endpoints.map((endpoint) => ({ ...endpoint, hostPort: left.shift() ?? undefined })),
  );
}

/** True when the containers are in the network of their agent. */
export function isInHostNetwork({ networks }: Pick<Pod, 'networks'>): boolean {
  return networks.every(({ mode }) => mode === 'host');
}

/** The port that the process of a container listens on. */
export function listeningPort(pod: Pod, { hostPort, containerPort }: PlacedEndpoint): number | undefined {
  return isInHostNetwork(pod) ? hostPort : effectivePort({ hostPort, containerPort });
}

/** The networks of the executor, with the mappings of all endpoints that are in them. */
export function podNetworks(
  { networks }: Pod,
  endpoints: readonly PlacedEndpoint[],
  bridgeName: string,
): mesos.NetworkInfo[] {
  return networks
    .filter(({ mode }) => mode !== 'host')
    .map((network) => {
      const mappings = endpoints.filter((endpoint) => isIn(network, endpoint)).flatMap(mappingsOf);
      return networkInfo({
        name: network.mode === 'container' ? network.name : bridgeName,
        labels: network.labels,
        portMappings: mappings.length > 0 ? mappings : undefined,
      });
    });
}

function isIn({ mode, name = '' }: Network, { networkNames }: PlacedEndpoint): boolean {
  return mode !== 'container' || networkNames.length === 0 || networkNames.includes(name);
}

/** One mapping for each protocol; one without a protocol where none is named. */
function mappingsOf({ hostPort, containerPort, protocol }: PlacedEndpoint): mesos.NetworkInfo.PortMapping[] {
  if (hostPort === undefined) return [];
  const mapping = {
    host_port: hostPort,
    container_port: effectivePort({ hostPort, containerPort }) ?? hostPort,
  };
  if (protocol.length === 0) return [mapping];
  return protocol.map((name) => ({ ...mapping, protocol: name }));
}

/** The discovery of a container's task: each endpoint once for each protocol, and for each network without a host port. */
export function podDiscovery(pod: Pod, endpoints: readonly PlacedEndpoint[]): mesos.DiscoveryInfo {
  const ports = endpoints.flatMap((endpoint) =>
    endpoint.protocol.flatMap((protocol) => discoveredPorts(pod, endpoint, protocol)),
  );
  return { visibility: 'FRAMEWORK', name: dottedName(pod.id), ports: { ports } };
}

function discoveredPorts(pod: Pod, endpoint: PlacedEndpoint, protocol: string): mesos.Port[] {
  const { name, hostPort, containerPort, labels } = endpoint;
  const portOf = (number: number, scope: Readonly<Record<string, string>>): mesos.Port => ({
    number,
    name,
    protocol,
    ...labelsOf({ ...labels, ...scope }),
  });
  if (hostPort !== undefined)
    return [portOf(hostPort, isInHostNetwork(pod) ? {} : { 'network-scope': 'host' })];
  if (containerPort === undefined) return [];
  return containerNetworks(pod, endpoint).map((network) =>
    portOf(containerPort, { 'network-scope': 'container', 'network-name': network }),
  );
}

function containerNetworks({ networks }: Pod, { networkNames }: PlacedEndpoint): readonly string[] {
  if (networkNames.length > 0) return networkNames;
  return networks.flatMap(({ mode, name }) => (mode === 'container' && name !== undefined ? [name] : []));
}
