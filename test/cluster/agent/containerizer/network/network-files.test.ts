import { NO_DNS, readContainerDns } from '../../../../../cluster/agent/containerizer/network/container-dns';
import {
  type AttachedNetwork,
  containerAddress,
  hostnameOf,
  hostsText,
  resolvConfText,
  resolvers,
} from '../../../../../cluster/agent/containerizer/network/network-files';
import { readResult } from '../../../../../cluster/agent/containerizer/network/result';

const attached = (network: string, json: object): AttachedNetwork => ({
  network,
  result: readResult(JSON.stringify(json)),
});
const six = attached('six', { ips: [{ address: 'fd00::2/64' }] });
const four = attached('four', {
  ips: [{ address: '10.0.0.2/24' }],
  dns: { nameservers: ['10.0.0.1'], domain: 'four.test', search: ['x', 'y'], options: ['ndots:2'] },
});

it.each([
  ['c1', undefined, 'c1'],
  ['c1.task', undefined, 'task'],
  ['c1', 'web', 'web'],
])('the container %s that asks for the name %s has %s', (containerId, hostname, name) => {
  expect(hostnameOf(containerId, hostname)).toBe(name);
});

it('its name is that of its first IPv4 address, or of IPv6', () => {
  expect(containerAddress([six, four])).toBe('10.0.0.2');
  expect(hostsText('web', [six, four])).toBe('127.0.0.1 localhost\n10.0.0.2 web\n');
  expect(hostsText('web', [six])).toBe('127.0.0.1 localhost\nfd00::2 web\n');
  expect(hostsText('web', [attached('none', {})])).toBe('127.0.0.1 localhost\n');
});

const defaults = readContainerDns(
  JSON.stringify({
    mesos: [
      { network_mode: 'CNI', network_name: 'six', dns: { nameservers: ['fd00::1'], domain: 'six.test' } },
      { network_mode: 'CNI', dns: { nameservers: ['9.9.9.9'], search: ['all'] } },
    ],
  }),
);

it.each<[string, readonly AttachedNetwork[], string]>([
  [
    'its plugins, before the defaults',
    [four],
    'domain four.test\nsearch x y\noptions ndots:2\nnameserver 10.0.0.1\n',
  ],
  ['the default of its network', [six], 'domain six.test\nnameserver fd00::1\n'],
  ['the default of all', [attached('other', { dns: {} })], 'search all\nnameserver 9.9.9.9\n'],
  [
    'all its networks, of which the last domain wins',
    [four, six],
    'domain six.test\nsearch x y\noptions ndots:2\nnameserver 10.0.0.1\nnameserver fd00::1\n',
  ],
])('a container has the resolvers of %s', (_name, networks, text) => {
  const dns = resolvers(networks, defaults);
  expect(dns && resolvConfText(dns)).toBe(text);
});

it('a container without resolvers has those of the host', () => {
  expect(resolvers([six], NO_DNS)).toBeUndefined();
});

it.each([
  ['[]', /^it is not a JSON object$/],
  ['{', /^it is not JSON: /],
  [
    '{"mesos":[{"network_mode":"HOST","dns":{}}]}',
    /^Configuring DNS for HOST network .* is not yet supported$/,
  ],
  ['{"mesos":[{"dns":{}}]}', /^UNKNOWN network mode configured/],
  ['{"mesos":[{"network_mode":"CNI"}]}', /^'dns' is missing$/],
  ['{"docker":[{"network_mode":"BRIDGE"}]}', /^'dns' is missing$/],
  ['{"docker":[{"network_mode":"HOST","dns":{}}]}', /^Configuring DNS for HOST network/],
  ['{"docker":[{"network_mode":"CNI","dns":{}}]}', /^UNKNOWN network mode/],
  ['{"docker":[1]}', /^an entry of 'docker' is not an object$/],
  [
    '{"docker":[{"network_mode":"BRIDGE","dns":{}},{"network_mode":"BRIDGE","dns":{}}]}',
    /^Multiple DNS configuration for Docker default bridge network/,
  ],
  [
    '{"docker":[{"network_mode":"USER","network_name":"a","dns":{}},{"network_mode":"USER","network_name":"a","dns":{}}]}',
    /^Multiple DNS configuration with the same network name 'a' for user-defined CNM network/,
  ],
  [
    '{"mesos":[{"network_mode":"CNI","dns":{}},{"network_mode":"CNI","dns":{}}]}',
    /^Multiple DNS configuration without network name/,
  ],
  [
    '{"mesos":[{"network_mode":"CNI","network_name":"a","dns":{}},{"network_mode":"CNI","network_name":"a","dns":{}}]}',
    /^Multiple DNS configuration with the same network name 'a'/,
  ],
])('the flag %s is wrong', (text, reason) => {
  expect(() => readContainerDns(text)).toThrow(reason);
});

it('the resolvers of Docker containers are told by their networks', () => {
  const docker = [
    { network_mode: 'BRIDGE', dns: { nameservers: ['1.1.1.1'] } },
    { network_mode: 'USER', dns: { nameservers: ['2.2.2.2'] } },
    { network_mode: 'USER', network_name: 'own', dns: { nameservers: ['3.3.3.3'] } },
  ];
  const { bridge, user, networks } = readContainerDns(JSON.stringify({ docker })).docker;
  const servers = [bridge, user, networks.get('own')].map((dns) => dns?.nameservers);
  expect(servers).toEqual([['1.1.1.1'], ['2.2.2.2'], ['3.3.3.3']]);
});
