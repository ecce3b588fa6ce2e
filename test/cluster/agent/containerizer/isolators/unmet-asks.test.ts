import { unmetAsk } from '../../../../../cluster/agent/containerizer/isolators/unmet-asks';
import type { ContainerSpec } from '../../../../../cluster/agent/core/state/container-spec';
import type { ContainerInfo } from '../../../../../cluster/api/generated/mesos';
import { specOf } from './builders';

const mesos = (members: Partial<ContainerInfo>): Partial<ContainerSpec> => ({
  container: { type: 'MESOS', ...members },
});
const volume = { mode: 'RW', container_path: 'a' } as const;

it.each<[Partial<ContainerSpec>, string]>([
  [mesos({ rlimit_info: { rlimits: [{ type: 'RLMT_CORE' }] } }), 'posix/rlimits'],
  [mesos({ linux_info: { effective_capabilities: { capabilities: [] } } }), 'linux/capabilities'],
  [mesos({ linux_info: { capability_info: { capabilities: ['CHOWN'] } } }), 'linux/capabilities'],
  [mesos({ linux_info: { seccomp: { profile_name: 'a' } } }), 'linux/seccomp'],
  [mesos({ linux_info: { ipc_mode: 'PRIVATE' } }), 'namespaces/ipc'],
  [mesos({ linux_info: { shm_size: 64 } }), 'namespaces/ipc'],
  [mesos({ network_infos: [{}, { name: 'a' }] }), 'network/cni'],
  [mesos({ network_infos: [{ port_mappings: [{ host_port: 1, container_port: 1 }] }] }), 'network/cni'],
  [{ limits: { cpus: 2 } }, 'cgroups/cpu'],
  [{ limits: { mem: 64 } }, 'cgroups/mem'],
  [mesos({ volumes: [{ ...volume, host_path: '/a' }] }), 'volume/host_path'],
  [
    mesos({ volumes: [{ ...volume, source: { type: 'DOCKER_VOLUME', docker_volume: { name: 'v' } } }] }),
    'docker/volume',
  ],
  [mesos({ volumes: [{ ...volume, source: { type: 'SECRET', secret: {} } }] }), 'volume/secret'],
  [mesos({ network_infos: [{ name: 'web' }] }), 'network/cni'],
  [mesos({ network_infos: [{ port_mappings: [{ host_port: 1, container_port: 2 }] }] }), 'network/cni'],
])('a container that asks for %j needs %s', (change, isolator) => {
  const reason = unmetAsk(specOf(change), { isolation: [], hasRuntime: true });
  expect(reason).toMatch(
    new RegExp(` needs the isolator ${isolator}, which --isolation of this agent does not`),
  );
  expect(unmetAsk(specOf(change), { isolation: [isolator], hasRuntime: true })).toBeUndefined();
});

it.each<[Partial<ContainerSpec>, string]>([
  [
    mesos({ mesos: { image: { type: 'APPC' } } }),
    'Unsupported container image type: APPC; this agent has DOCKER',
  ],
  [
    mesos({ volumes: [{ ...volume, source: { type: 'CSI_VOLUME' } }] }),
    'A CSI_VOLUME volume is not supported',
  ],
  [mesos({ hostname: 'web' }), 'ContainerInfo.hostname needs an OCI runtime, and this agent has none'],
])('a container that asks for %j is refused: %s', (change, reason) => {
  expect(unmetAsk(specOf(change), { isolation: [], hasRuntime: false })).toBe(reason);
});

it.each<[Partial<ContainerSpec>]>([
  [{}],
  [mesos({})],
  [
    mesos({
      linux_info: { share_pid_namespace: true, ipc_mode: 'SHARE_PARENT', seccomp: { unconfined: true } },
    }),
  ],
  [{ limits: { cpus: Number.POSITIVE_INFINITY, mem: Number.POSITIVE_INFINITY } }],
  [mesos({ volumes: [{ ...volume, host_path: 'relative' }] })],
])('a container that asks for %j has it without an isolator', (change) => {
  expect(unmetAsk(specOf(change), { isolation: [], hasRuntime: false })).toBeUndefined();
});

it('a container with an image needs both of its isolators, and the provider of images', () => {
  const image = { type: 'DOCKER', docker: { name: 'web' } } as const;
  const ofContainer = specOf(mesos({ mesos: { image } }));
  const ofVolume = specOf(mesos({ volumes: [{ ...volume, image }] }));
  const isolation = ['filesystem/linux', 'docker/runtime', 'volume/image'];
  const needs = (name: string) => new RegExp(`needs the isolator ${name}`);
  expect(unmetAsk(ofContainer, { isolation: [], hasRuntime: true })).toMatch(needs('filesystem/linux'));
  expect(unmetAsk(ofContainer, { isolation: ['filesystem/linux'], hasRuntime: true })).toMatch(
    needs('docker/runtime'),
  );
  expect(unmetAsk(ofVolume, { isolation: [], hasRuntime: true })).toMatch(needs('volume/image'));
  for (const spec of [ofContainer, ofVolume]) {
    expect(unmetAsk(spec, { isolation, hasRuntime: true })).toMatch('--image_providers=DOCKER');
    expect(unmetAsk(spec, { isolation, hasRuntime: true, hasImages: true })).toBeUndefined();
  }
});
