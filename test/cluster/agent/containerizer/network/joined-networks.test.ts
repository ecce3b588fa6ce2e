import {
  joinedNetworks,
  networksError,
} from '../../../../../cluster/agent/containerizer/network/joined-networks';
import type { ContainerSpec } from '../../../../../cluster/agent/core/state/container-spec';
import type { NetworkInfo } from '../../../../../cluster/api/generated/mesos';
import { specOf } from '../isolators/builders';

const asking = (infos: readonly NetworkInfo[], more: Partial<ContainerSpec> = {}): ContainerSpec =>
  specOf({ container: { type: 'MESOS', network_infos: infos }, ...more });
const mappings = [{ host_port: 1, container_port: 2 }];

it.each<[string, ContainerSpec, string]>([
  ['without networks', asking([]), 'host'],
  ['without a container', specOf({ container: undefined }), 'host'],
  ['in a network without a name', asking([{ groups: ['a'] }]), 'host'],
  ['in two networks, and one without a name', asking([{ name: 'b' }, {}, { name: 'a' }]), 'eth0 b, eth1 a'],
  ['nested and without networks', asking([], { parent: 'p' }), 'parent'],
  ['nested with a network of its own', asking([{ name: 'a' }], { parent: 'p' }), 'eth0 a'],
  ['nested in a network without a name', asking([{}], { parent: 'p' }), 'host'],
])('a container %s', (_name, spec, expected) => {
  const joined = joinedNetworks(spec);
  const text =
    joined.kind === 'own'
      ? joined.attachments.map(({ interfaceName, network }) => `${interfaceName} ${network}`).join(', ')
      : joined.kind;
  expect(text).toBe(expected);
  expect(networksError(spec)).toBeUndefined();
});

it.each<[ContainerSpec, string]>([
  [asking([{ name: 'a' }, { name: 'a' }]), "Attempted to join CNI network 'a' multiple times"],
  [asking([{ port_mappings: mappings }]), 'Port mappings need a network: NetworkInfo.name is missing'],
  [
    specOf({ container: { type: 'DOCKER', network_infos: [{ name: 'a' }] } }),
    'Can only prepare CNI networks for a MESOS container',
  ],
])('a container is refused: %#', (spec, reason) => {
  expect(networksError(spec)).toBe(reason);
});
