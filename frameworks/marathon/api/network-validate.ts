/** Rules about networks, of apps and pods alike (`NetworkValidation`), and about the ports of apps that need them. */

import type { App, Network, PortMapping } from './app';
import type { Finding } from './violations';

const MULTIPLE_NETWORKS =
  'networkNames must be a single item list when hostPort is specified and more than 1 container network is defined';

/** Those of the networks alone; they are about the list as a whole. */
export function networkFindings(networks: readonly Network[]): Finding[] {
  const hasLabels = ({ labels }: Network): boolean => Object.keys(labels).length > 0;
  const ofMode = (wanted: string): readonly Network[] => networks.filter(({ mode }) => mode === wanted);
  const hosts = ofMode('host');
  const bridges = ofMode('container/bridge');
  const containers = ofMode('container');
  const kinds = [hosts, bridges, containers].filter(({ length }) => length > 0);
  const names = networks.flatMap(({ name }) => name ?? []);
  const rules: readonly (readonly [isBroken: boolean, error: string])[] = [
    [
      hosts.some((network) => network.name !== undefined || hasLabels(network)),
      'Host networks may not have names or labels',
    ],
    [bridges.some(({ name }) => name !== undefined), 'Bridge networks may not have names'],
    [
      new Set(names).size < names.length || containers.filter(({ name }) => name === undefined).length > 1,
      'Duplicate networks are not allowed',
    ],
    [
      kinds.length > 1 || hosts.length > 1 || bridges.length > 1,
      'May specify a single host network, single bridge network, or else 1-to-n container networks',
    ],
    [
      containers.some(({ name }) => name === undefined),
      'Network name must be specified when container network is selected.',
    ],
  ];
  return rules.flatMap(([isBroken, error]) => (isBroken ? [{ path: '/networks', error }] : []));
}

/** Those of an app: its networks, and its port mappings beside them. */
export function networkViolations(app: App): Finding[] {
  const mappings = app.container?.portMappings ?? [];
  return [
    ...networkFindings(app.networks),
    ...dockerFindings(app),
    ...mappings.flatMap((mapping, index) =>
      mappingFindings(mapping, app.networks).map(({ path, error }) => ({
        path: `/container/portMappings(${index})${path}`,
        error,
      })),
    ),
  ];
}

function dockerFindings({ container, networks }: App): Finding[] {
  if (container?.type !== 'DOCKER') return [];
  const labelled = networks.flatMap(({ mode, labels }, index): Finding[] =>
    mode === 'container/bridge' && Object.keys(labels).length > 0
      ? [{ path: `/networks(${index})/labels`, error: 'labels of a bridge need a container of type MESOS' }]
      : [],
  );
  if (networks.filter(({ mode }) => mode === 'container').length <= 1) return labelled;
  const error = 'may only specify a single container network when using the Docker container engine';
  return [...labelled, { path: '/', error }];
}

type NetworkedPort = Pick<PortMapping, 'hostPort' | 'networkNames'>;

function mappingFindings(mapping: NetworkedPort, networks: readonly Network[]): Finding[] {
  return [...hostPortFindings(mapping, networks), ...nameFindings(mapping.networkNames, networks)];
}

/** A host port belongs to one network. */
export function hostPortFindings(
  { hostPort, networkNames }: NetworkedPort,
  networks: readonly Network[],
): Finding[] {
  if (hostPort === undefined || networkNames.length === 1) return [];
  const containers = networks.filter(({ mode }) => mode === 'container');
  return containers.length > 1 ? [{ path: '', error: MULTIPLE_NETWORKS }] : [];
}

/** A name is that of a network of the app or pod. */
export function nameFindings(networkNames: readonly string[], networks: readonly Network[]): Finding[] {
  const names = networks.flatMap(({ name }) => name ?? []);
  return networkNames.flatMap((name, index) =>
    names.includes(name)
      ? []
      : [{ path: `/networkNames(${index})`, error: `is not one of (${names.join(',')})` }],
  );
}
