/**
 * Deprecated forms of requests, turned into current ones; answers have no deprecated member.
 */

import type { Artifact, Docker, PortMapping } from './app';
import type { AppUpdate, RawContainer } from './app-update';
import type { RawNetwork } from './common-readers';
import type { Finding } from './violations';

export interface NormalizationOptions {
  readonly defaultNetworkName?: string | undefined;
  readonly mesosBridgeName: string;
}

/** The findings about deprecated members beside current ones. */
export function mixedFormFindings(update: AppUpdate): Finding[] {
  const { container, networks, ipAddress } = update;
  const findings: Finding[] = [];
  const add = (path: string, error: string): unknown => findings.push({ path, error });
  // Marathon 1.4 wrote both forms of some members: the deprecated one is empty then, or says the same.
  if (isFilled(update.uris) && isFilled(update.fetch))
    add('/uris', 'may not be set in conjunction with fetch');
  if (!arePortsEqual(update)) add('/', 'cannot specify both ports and port definitions');
  const hasPorts = isFilled(update.ports) || isFilled(update.portDefinitions);
  if (ipAddress && hasPorts) add('/', 'cannot specify both an IP address and port');
  if (isFilled(networks) && ipAddress) add('/', 'must not specify both networks and ipAddress');
  const docker = container?.docker;
  if (isFilled(networks) && docker?.network) {
    add('/', 'must not specify both container.docker.network and networks');
  }
  if (docker?.network === 'NONE') add('/container/docker/network', 'NONE is not supported');
  if (docker?.credential) {
    const error = 'must be empty: use pullConfig, or credentials of the agents (--docker_config)';
    add('/container/docker/credential', error);
  }
  if (container?.portMappings && isFilled(docker?.portMappings)) {
    add('/container', 'cannot specify both portMappings and docker.portMappings');
  }
  if (isFilled(update.storeUrls))
    add('/storeUrls', 'was removed in Marathon 1.5: put the artifacts in fetch');
  if (isFilled(ipAddress?.groups))
    add('/ipAddress/groups', 'has no effect since Marathon 1.5: use the labels of networks');
  if (update.residency && update.residency.taskLostBehavior !== 'WAIT_FOREVER') {
    const error = 'must be WAIT_FOREVER: an instance waits for the agent with its volumes';
    add('/residency/taskLostBehavior', error);
  }
  const discovered = (ipAddress?.discovery?.ports.length ?? 0) > 0;
  if (discovered && docker) add('/ipAddress', 'ipAddress/discovery is not allowed for Docker containers');
  if (discovered && container?.portMappings) {
    add('/container', 'container.portMappings and ipAddress.discovery.ports must not both be set');
  }
  return findings;
}

function isFilled(list: readonly unknown[] | undefined): boolean {
  return list !== undefined && list.length > 0;
}

/** True unless `ports` and `portDefinitions` are both there and name different ports. */
function arePortsEqual({ ports, portDefinitions }: AppUpdate): boolean {
  if (!ports || !portDefinitions) return true;
  return (
    ports.length === portDefinitions.length && ports.every((port, i) => port === portDefinitions[i]?.port)
  );
}

/** The same app in current members. */
export function normalizeDeprecated(update: AppUpdate, options: NormalizationOptions): AppUpdate {
  const { ports, uris, ipAddress, storeUrls: _urls, residency: _residency, ...rest } = update;
  const networks = networksOf(update, options);
  const container = containerOf(update);
  return {
    ...rest,
    ...(ports &&
      !rest.portDefinitions && {
        portDefinitions: ports.map((port) => ({ port, protocol: 'tcp', labels: {} })),
      }),
    ...(uris && isFilled(uris) && { fetch: uris.map(artifactOf) }),
    ...(networks && { networks }),
    ...(container && { container }),
  };
}

function networksOf(
  { networks, container, ipAddress }: AppUpdate,
  options: NormalizationOptions,
): RawNetwork[] | undefined {
  if (networks && (networks.length > 0 || !(ipAddress || container?.docker?.network))) return [...networks];
  const name = ipAddress?.networkName ?? options.defaultNetworkName;
  const named = name === undefined ? {} : { name };
  const labels = ipAddress?.labels ?? {};
  switch (container?.docker?.network) {
    case 'HOST':
      return [{ mode: 'host', labels: {} }];
    case 'BRIDGE':
      return [{ mode: 'container/bridge', labels: {} }];
    case 'USER':
      return [{ mode: 'container', ...named, labels }];
    default:
  }
  if (!ipAddress) return undefined;
  if (name === options.mesosBridgeName) return [{ mode: 'container/bridge', labels }];
  return [{ mode: 'container', ...named, labels }];
}

function containerOf({ container, ipAddress }: AppUpdate): RawContainer | undefined {
  if (!container) {
    if (!ipAddress) return undefined;
    return { type: 'MESOS', volumes: [], portMappings: discoveredMappings(ipAddress) };
  }
  const type = container.type ?? (container.docker ? 'DOCKER' : 'MESOS');
  const { docker, ...rest } = container;
  const mappings = container.portMappings ?? docker?.portMappings ?? ipMappings(ipAddress);
  return {
    ...rest,
    type,
    ...(docker && { docker: plainDocker(docker) }),
    ...(mappings && { portMappings: mappings }),
  };
}

function ipMappings(ipAddress: AppUpdate['ipAddress']): PortMapping[] | undefined {
  return ipAddress?.discovery ? discoveredMappings(ipAddress) : undefined;
}

function discoveredMappings(ipAddress: NonNullable<AppUpdate['ipAddress']>): PortMapping[] {
  return (ipAddress.discovery?.ports ?? []).map(({ number, name, protocol, labels }) => ({
    containerPort: number,
    servicePort: 0,
    name,
    protocol,
    labels,
    networkNames: [],
  }));
}

/** Docker members without deprecated ones. */
function plainDocker({
  network: _network,
  portMappings: _mappings,
  credential: _credential,
  ...docker
}: NonNullable<RawContainer['docker']>): Docker {
  return docker;
}

const ARCHIVE = /\.(tgz|tar\.gz|tbz2|tar\.bz2|txz|tar\.xz|zip|tar|gz)$/;

function artifactOf(uri: string): Artifact {
  return { uri, extract: ARCHIVE.test(uri), executable: false, cache: false };
}
