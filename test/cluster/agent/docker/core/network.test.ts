import { NO_DNS } from '../../../../../cluster/agent/containerizer/network/container-dns';
import type { ContainerSpec } from '../../../../../cluster/agent/core/state/container-spec';
import { NetworkRefused, networkOptions } from '../../../../../cluster/agent/docker/core/network';
import type { ContainerInfo, NetworkInfo } from '../../../../../cluster/api/generated/mesos';
import { specOf as containerSpec } from '../../containerizer/isolators/builders';

type Docker = Partial<ContainerInfo.DockerInfo>;

const specOf = (
  network_infos: readonly NetworkInfo[] = [],
  more: Partial<ContainerSpec> = {},
): ContainerSpec =>
  containerSpec({
    container: { type: 'DOCKER', network_infos },
    resources: [{ name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 31000, end: 31001 }] } }],
    ...more,
  });

const options = (docker: Docker, spec = specOf(), dns = NO_DNS.docker): readonly string[] =>
  networkOptions(spec, { image: 'i', ...docker }, dns);

const HTTP = { host_port: 31000, container_port: 80, protocol: 'TCP' };

test.each<[name: string, docker: Docker, network_infos: readonly NetworkInfo[], options: readonly string[]]>([
  ['none is named', {}, [], ['--net', 'host']],
  ['it is that of the host', { network: 'HOST' }, [], ['--net', 'host']],
  ['it is none', { network: 'NONE' }, [], ['--net', 'none']],
  [
    'it is a bridge with ports',
    { network: 'BRIDGE', port_mappings: [HTTP] },
    [],
    ['--net', 'bridge', '-p', '31000:80/tcp'],
  ],
  ['it is one of a user', { network: 'USER' }, [{ name: 'own' }], ['--net', 'own']],
])('a container joins its network when %s', (_name, docker, network_infos, expected) => {
  expect(options(docker, specOf(network_infos))).toEqual(expected);
});

test('a container has its host name', () => {
  const container: ContainerInfo = { type: 'DOCKER', hostname: 'h' };
  expect(options({ network: 'BRIDGE' }, specOf([], { container }))).toEqual([
    '--net',
    'bridge',
    '--hostname',
    'h',
  ]);
  expect(() => options({}, specOf([], { container }))).toThrow(
    'Unable to set hostname with host network mode',
  );
});

test.each<[docker: Docker, spec: ContainerSpec, reason: string]>([
  [{ network: 'USER' }, specOf(), 'No network info found in container info'],
  [{ network: 'USER' }, specOf([{}]), 'No network name found in network info'],
  [
    { network: 'USER' },
    specOf([{ name: 'a' }, { name: 'b' }]),
    'Only a single network can be defined in Docker run',
  ],
  [
    { port_mappings: [HTTP] },
    specOf(),
    'Port mappings are only supported for bridge and user-defined networks',
  ],
  [
    { network: 'BRIDGE', port_mappings: [{ ...HTTP, host_port: 1 }] },
    specOf(),
    'Port [1] not included in resources',
  ],
  [
    { network: 'BRIDGE', port_mappings: [HTTP] },
    specOf([], { resources: [] }),
    'Port mappings require port resources',
  ],
])('%j is refused', (docker, spec, reason) => {
  expect(() => options(docker, spec)).toThrow(NetworkRefused);
  expect(() => options(docker, spec)).toThrow(reason);
});

const resolver = (server: string) => ({
  nameservers: [server],
  domain: undefined,
  search: ['s'],
  options: ['o'],
});
const DNS = {
  bridge: resolver('1.1.1.1'),
  user: resolver('2.2.2.2'),
  networks: new Map([['own', resolver('3.3.3.3')]]),
};
const dnsArguments = (server: string): string[] => ['--dns', server, '--dns-search', 's', '--dns-opt', 'o'];

test.each<[docker: Docker, network: string, expected: readonly string[]]>([
  [{ network: 'BRIDGE' }, 'x', dnsArguments('1.1.1.1')],
  [{ network: 'USER' }, 'own', dnsArguments('3.3.3.3')],
  [{ network: 'USER' }, 'other', dnsArguments('2.2.2.2')],
  [{ network: 'HOST' }, 'x', []],
  [{}, 'x', []],
  [{ network: 'BRIDGE', parameters: [{ key: 'dns-search', value: 'a' }] }, 'x', []],
])('%j in the network %s has its resolvers', (docker, name, expected) => {
  expect(options(docker, specOf([{ name }]), DNS).slice(2)).toEqual(expected);
});
