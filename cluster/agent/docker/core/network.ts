/**
 * The network of a Docker container, its ports and resolvers, as options of `docker run` (Mesos 1.11
 * src/docker/docker.cpp, Docker::RunOptions::create). Pure.
 */

import type * as mesos from '../../../api/generated/mesos';
import { rangesOf, readResources, type WireResource } from '../../../model/resources';
import type { ContainerSpec } from '../../core/state/container-spec';

type DockerInfo = mesos.ContainerInfo.DockerInfo;

/** Resolvers of a network. */
interface Resolvers {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly options: readonly string[];
}

/** The resolvers of `--default_container_dns`. */
export interface DefaultDns {
  readonly bridge: Resolvers | undefined;
  /** For networks of users that are not named. */
  readonly user: Resolvers | undefined;
  readonly networks: ReadonlyMap<string, Resolvers>;
}

/** A network that is refused. The message is the reason in the words of the original. */
export class NetworkRefused extends Error {}

export function networkOptions(spec: ContainerSpec, docker: DockerInfo, dns: DefaultDns): readonly string[] {
  const network = networkOf(spec, docker);
  const hostname = spec.container?.hostname;
  if (hostname !== undefined && network === 'host')
    throw new NetworkRefused('Unable to set hostname with host network mode');
  return [
    '--net',
    network,
    ...dnsOptions(docker, network, dns),
    ...(hostname === undefined ? [] : ['--hostname', hostname]),
    ...portOptions(spec, docker, network),
  ];
}

/** The network of a container by its name in Docker; that of the host when it asks for none. */
export function networkOf({ container }: ContainerSpec, { network = 'HOST' }: DockerInfo): string {
  if (network !== 'USER') return network.toLowerCase();
  const infos = container?.network_infos ?? [];
  const [info, ...others] = infos;
  if (!info) throw new NetworkRefused('No network info found in container info');
  if (others.length > 0) throw new NetworkRefused('Only a single network can be defined in Docker run');
  if (info.name === undefined) throw new NetworkRefused('No network name found in network info');
  return info.name;
}

function portOptions({ resources }: ContainerSpec, { port_mappings }: DockerInfo, network: string): string[] {
  const mappings = port_mappings ?? [];
  if (mappings.length === 0) return [];
  if (network === 'host' || network === 'none')
    throw new NetworkRefused('Port mappings are only supported for bridge and user-defined networks');
  if (!resources.some(({ name }) => name === 'ports'))
    throw new NetworkRefused('Port mappings require port resources');
  const ranges = rangesOf(readResources(resources as readonly WireResource[]), 'ports');
  return mappings.flatMap(({ host_port: port, container_port, protocol }) => {
    if (!ranges.some(([begin, end]) => begin <= port && port <= end))
      throw new NetworkRefused(`Port [${port}] not included in resources`);
    return ['-p', `${port}:${container_port}${protocol === undefined ? '' : `/${protocol.toLowerCase()}`}`];
  });
}

/** Names of parameters by which a container has resolvers of its own. */
const DNS_PARAMETERS: readonly string[] = ['dns', 'dns-search', 'dns-opt', 'dns-option'];

/** The resolvers of `--default_container_dns`, for a container that names none itself. */
function dnsOptions(
  { network: mode, parameters = [] }: DockerInfo,
  network: string,
  dns: DefaultDns,
): string[] {
  if (parameters.some(({ key }) => DNS_PARAMETERS.includes(key))) return [];
  const ofNetwork = mode === 'USER' ? (dns.networks.get(network) ?? dns.user) : undefined;
  const chosen = mode === 'BRIDGE' ? dns.bridge : ofNetwork;
  if (!chosen) return [];
  return [
    ...chosen.nameservers.flatMap((server) => ['--dns', server]),
    ...chosen.search.flatMap((domain) => ['--dns-search', domain]),
    ...chosen.options.flatMap((option) => ['--dns-opt', option]),
  ];
}
