import type { Endpoint } from '../../../../../frameworks/marathon/api/pod';
import {
  listeningPort,
  placedEndpoints,
  podDiscovery,
  podNetworks,
} from '../../../../../frameworks/marathon/core/task/pod-endpoints';
import { container, pod } from '../../pods';

function endpoint(members: Partial<Endpoint>): Endpoint {
  return { name: 'http', protocol: ['tcp'], labels: {}, networkNames: [], ...members };
}

const NETWORKS = [
  { mode: 'container' as const, name: 'one', labels: { a: 'b' } },
  { mode: 'container' as const, name: 'two', labels: {} },
];

test('the host ports of a match are those of the endpoints in their order', () => {
  const containers = [
    container('a', { endpoints: [endpoint({ hostPort: 0 }), endpoint({ containerPort: 80 })] }),
    container('b'),
    container('c', { endpoints: [endpoint({ hostPort: 5 })] }),
  ];
  const ports = placedEndpoints(pod({ containers }), [31_000, null, 5]);
  expect(ports.map((endpoints) => endpoints.map(({ hostPort }) => hostPort))).toEqual([
    [31_000, undefined],
    [],
    [5],
  ]);
});

test('an endpoint is mapped once for each protocol, in the networks that it names', () => {
  const endpoints = [
    endpoint({ hostPort: 1001, containerPort: 80, protocol: ['tcp', 'udp'] }),
    endpoint({ hostPort: 1002, containerPort: 0, networkNames: ['two'] }),
    endpoint({ containerPort: 90 }),
    endpoint({ hostPort: 1003, containerPort: 91, protocol: [] }),
  ];
  const tcp = { host_port: 1001, container_port: 80, protocol: 'tcp' };
  const udp = { host_port: 1001, container_port: 80, protocol: 'udp' };
  const bare = { host_port: 1003, container_port: 91 };
  expect(podNetworks(pod({ networks: NETWORKS }), endpoints, 'bridge')).toEqual([
    { name: 'one', labels: { labels: [{ key: 'a', value: 'b' }] }, port_mappings: [tcp, udp, bare] },
    {
      name: 'two',
      port_mappings: [tcp, udp, { host_port: 1002, container_port: 1002, protocol: 'tcp' }, bare],
    },
  ]);
  const bridge = pod({ networks: [{ mode: 'container/bridge', labels: {} }] });
  expect(podNetworks(bridge, [], 'bridge')).toEqual([{ name: 'bridge' }]);
  expect(podNetworks(pod(), endpoints, 'bridge')).toEqual([]);
});

describe('the discovery of a task', () => {
  it('has the host ports, without a scope in the network of the host', () => {
    const endpoints = [endpoint({ hostPort: 31_000, protocol: ['tcp', 'udp'], labels: { VIP_0: '/x:1' } })];
    const labels = { labels: [{ key: 'VIP_0', value: '/x:1' }] };
    expect(podDiscovery(pod({ id: '/prod/pod' }), endpoints)).toEqual({
      visibility: 'FRAMEWORK',
      name: 'pod.prod',
      ports: {
        ports: [
          { number: 31_000, name: 'http', protocol: 'tcp', labels },
          { number: 31_000, name: 'http', protocol: 'udp', labels },
        ],
      },
    });
  });

  it('has the ports of the container in each network, or one on the host', () => {
    const endpoints = [
      endpoint({ hostPort: 31_000, containerPort: 80 }),
      endpoint({ name: 'in', containerPort: 81 }),
      endpoint({ name: 'two', containerPort: 82, networkNames: ['two'] }),
    ];
    const { ports } = podDiscovery(pod({ networks: NETWORKS }), endpoints);
    const scopes = (ports?.ports ?? []).map(({ number, labels }) => [
      number,
      ...(labels?.labels ?? []).map(({ value }) => value),
    ]);
    expect(scopes).toEqual([
      [31_000, 'host'],
      [81, 'container', 'one'],
      [81, 'container', 'two'],
      [82, 'container', 'two'],
    ]);
  });
});

test('a process listens on the host port in the network of the host, and on its own port elsewhere', () => {
  const both = endpoint({ hostPort: 31_000, containerPort: 80 });
  expect(listeningPort(pod(), both)).toBe(31_000);
  expect(listeningPort(pod({ networks: NETWORKS }), both)).toBe(80);
  expect(listeningPort(pod({ networks: NETWORKS }), { ...both, containerPort: 0 })).toBe(31_000);
});
