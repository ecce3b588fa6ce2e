import { executorContainer, taskContainer } from '../../../../../frameworks/marathon/core/task/pod-container';
import { container, pod } from '../../pods';

test('the container of the executor has networks and the settings of the kernel', () => {
  expect(executorContainer(pod(), [])).toEqual({ type: 'MESOS', linux_info: { share_cgroups: false } });
  const ipc = pod({ linuxInfo: { ipcInfo: { mode: 'PRIVATE', shmSize: 32 } }, legacySharedCgroups: true });
  expect(executorContainer(ipc, [{ name: 'n' }])).toEqual({
    type: 'MESOS',
    network_infos: [{ name: 'n' }],
    linux_info: { share_cgroups: false, ipc_mode: 'PRIVATE', shm_size: 32 },
  });
});

test('ephemeral volumes are folders of the executor, which containers share', () => {
  const definition = pod({
    secrets: { key: { source: '/path' } },
    volumes: [{ name: 'data' }, { name: 'etc', host: '/etc' }, { name: 'token', secret: 'key' }],
  });
  const mounted = container('web', {
    volumeMounts: [
      { name: 'data', mountPath: 'data' },
      { name: 'etc', mountPath: '/host-etc', readOnly: true },
      { name: 'token', mountPath: 'token' },
    ],
  });
  expect(taskContainer(definition, mounted).volumes).toEqual([
    {
      mode: 'RW',
      container_path: 'data',
      source: { type: 'SANDBOX_PATH', sandbox_path: { type: 'PARENT', path: 'volumes/data' } },
    },
    { mode: 'RO', container_path: '/host-etc', host_path: '/etc' },
    {
      mode: 'RO',
      container_path: 'token',
      source: { type: 'SECRET', secret: { type: 'REFERENCE', reference: { name: '/path' } } },
    },
  ]);
});

test('the container of a task has its image, its terminal and its settings of the kernel', () => {
  const definition = pod({ secrets: { pull: { source: '/pull' } }, legacySharedCgroups: true });
  const imaged = container('web', {
    image: { kind: 'DOCKER', id: 'nginx', forcePull: true, pullConfig: { secret: 'pull' }, labels: {} },
    tty: true,
    linuxInfo: { seccomp: { unconfined: true } },
  });
  expect(taskContainer(definition, imaged)).toEqual({
    type: 'MESOS',
    mesos: {
      image: {
        type: 'DOCKER',
        cached: false,
        docker: { name: 'nginx', config: { type: 'REFERENCE', reference: { name: '/pull' } } },
      },
    },
    tty_info: {},
    linux_info: { share_cgroups: true, seccomp: { unconfined: true } },
  });
  expect(taskContainer(pod(), container('web'))).toEqual({
    type: 'MESOS',
    linux_info: { share_cgroups: false },
  });
});
