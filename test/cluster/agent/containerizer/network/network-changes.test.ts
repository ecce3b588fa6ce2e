import { containerChanges } from '../../../../../cluster/agent/containerizer/network/network-changes';
import { baseSpec } from '../isolators/builders';

it('a container has a network namespace, a name and files of its own', () => {
  const changes = containerChanges({
    namespace: '/cni/c1/ns',
    hostname: 'web',
    address: '10.0.0.2',
    files: { hosts: '/cni/c1/hosts', hostname: '/cni/c1/hostname', resolvConf: '/etc/resolv.conf' },
  });
  expect(changes.environment).toEqual({ LIBPROCESS_IP: '0.0.0.0', MESOS_CONTAINER_IP: '10.0.0.2' });
  expect(changes.mounts?.map(({ destination, source }) => [destination, source])).toEqual([
    ['/etc/hosts', '/cni/c1/hosts'],
    ['/etc/hostname', '/cni/c1/hostname'],
    ['/etc/resolv.conf', '/etc/resolv.conf'],
  ]);
  const before = baseSpec();
  const after = changes.specification?.(before);
  expect(after).toEqual({
    ...before,
    hostname: 'web',
    linux: {
      ...before.linux,
      namespaces: [
        ...before.linux.namespaces.filter(({ type }) => type !== 'uts' && type !== 'network'),
        { type: 'network', path: '/cni/c1/ns' },
        { type: 'uts' },
      ],
    },
  });
});

it('a container without an address and without resolvers has no variable and no file for them', () => {
  const files = { hosts: '/h', hostname: '/n', resolvConf: undefined };
  const changes = containerChanges({ namespace: '/ns', hostname: 'web', address: undefined, files });
  expect(changes.environment).toEqual({ LIBPROCESS_IP: '0.0.0.0' });
  expect(changes.mounts?.map(({ destination }) => destination)).toEqual(['/etc/hosts', '/etc/hostname']);
});
