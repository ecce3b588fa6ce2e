import { NO_DNS } from '../../../../cluster/agent/containerizer/network/container-dns';
import { type DockerIsolatorOptions, dockerIsolator } from '../../../../cluster/agent/docker/docker-isolator';
import type { ContainerInfo } from '../../../../cluster/api/generated/mesos';
import { specOf } from '../containerizer/isolators/builders';

const settings: DockerIsolatorOptions['settings'] = {
  sandboxDirectory: '/mnt/mesos/sandbox',
  workDir: '/agent',
  dns: NO_DNS.docker,
  enableCfs: false,
  machineBytes: 2 ** 30,
};

function refusalOf(more: Partial<ContainerInfo>): string | undefined {
  const isolator = dockerIsolator({ settings } as DockerIsolatorOptions);
  const container: ContainerInfo = { type: 'DOCKER', docker: { image: 'i' }, ...more };
  return isolator.refusal?.(specOf({ container, command: { value: 'true' } }));
}

test.each<[more: Partial<ContainerInfo>, part: string]>([
  [{ rlimit_info: { rlimits: [{ type: 'RLMT_CORE' }] } }, 'ContainerInfo.rlimit_info'],
  [{ linux_info: { effective_capabilities: { capabilities: [] } } }, 'Capabilities'],
  [{ linux_info: { seccomp: { profile_name: 'a' } } }, 'LinuxInfo.seccomp with a profile'],
  [{ linux_info: { ipc_mode: 'PRIVATE' } }, 'LinuxInfo.ipc_mode PRIVATE'],
  [{ linux_info: { shm_size: 64 } }, 'LinuxInfo.shm_size'],
])('a container of Docker that asks for %j is refused: Docker has parameters for it', (more, part) => {
  expect(refusalOf(more)).toContain(part);
  expect(refusalOf(more)).toContain('is for containers of the Mesos containerizer; Docker has parameters');
});

test('a container of Docker that asks for nothing of Mesos is not refused, and one without an image is', () => {
  expect(refusalOf({})).toBeUndefined();
  expect(refusalOf({ tty_info: {}, linux_info: { share_pid_namespace: false } })).toBeUndefined();
  expect(refusalOf({ docker: { image: '' } })).toBe("'' is not the name of an image");
});
