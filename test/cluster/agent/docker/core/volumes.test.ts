import type { ContainerSpec } from '../../../../../cluster/agent/core/state/container-spec';
import {
  persistentVolumes,
  sandboxFolders,
  VolumeRefused,
  volumeOptions,
} from '../../../../../cluster/agent/docker/core/volumes';
import type { ContainerInfo, Resource, Volume } from '../../../../../cluster/api/generated/mesos';
import { specOf as containerSpec } from '../../containerizer/isolators/builders';

const PLACES = { sandboxDirectory: '/mnt/mesos/sandbox', workDir: '/agent' };
const OWN = ['-v', '/sandbox:/mnt/mesos/sandbox'];

const specOf = (volumes: readonly Partial<Volume>[], more: Partial<ContainerSpec> = {}): ContainerSpec =>
  containerSpec({
    container: {
      type: 'DOCKER',
      docker: { image: 'i' },
      volumes: volumes.map((volume) => ({ mode: 'RW', container_path: '/c', ...volume }) as Volume),
    },
    resources: [],
    ...more,
  });

const docker_volume = { name: 'v', driver: 'd' };

test.each<[name: string, volume: Partial<Volume>, options: readonly string[]]>([
  ['a folder of the host', { host_path: '/h' }, ['-v', '/h:/c:rw']],
  ['a folder to read', { host_path: '/h', mode: 'RO' }, ['-v', '/h:/c:ro']],
  [
    'a folder in the sandbox of the container',
    { host_path: '/h', container_path: 'c' },
    ['-v', '/h:/mnt/mesos/sandbox/c:rw'],
  ],
  ['a folder of the sandbox', { host_path: 'h/i' }, ['-v', '/sandbox/h/i:/c:rw']],
  [
    'a folder with a colon',
    { host_path: '/a:b,"c', mode: 'RO' },
    ['--mount', 'type=bind,"source=/a:b,""c",target=/c,readonly'],
  ],
  [
    'a source of the host',
    {
      source: { type: 'HOST_PATH', host_path: { path: '/h', mount_propagation: { mode: 'BIDIRECTIONAL' } } },
    },
    ['-v', '/h:/c:rw,rshared'],
  ],
  [
    'a source to be passed on',
    {
      source: {
        type: 'HOST_PATH',
        host_path: { path: '/h', mount_propagation: { mode: 'HOST_TO_CONTAINER' } },
      },
    },
    ['-v', '/h:/c:rw,rslave'],
  ],
  [
    'a source with a colon to be passed on',
    {
      source: {
        type: 'HOST_PATH',
        host_path: { path: '/h:1', mount_propagation: { mode: 'HOST_TO_CONTAINER' } },
      },
    },
    ['--mount', 'type=bind,source=/h:1,target=/c,bind-propagation=rslave'],
  ],
  [
    'a source of the sandbox',
    { source: { type: 'SANDBOX_PATH', sandbox_path: { type: 'SELF', path: 's' } } },
    ['-v', '/sandbox/s:/c:rw'],
  ],
  [
    'a volume of Docker',
    { source: { type: 'DOCKER_VOLUME', docker_volume: { name: 'v' } }, mode: 'RO' },
    ['-v', 'v:/c:ro'],
  ],
  [
    'a volume with options of its driver',
    {
      source: {
        type: 'DOCKER_VOLUME',
        docker_volume: { ...docker_volume, driver_options: { parameter: [{ key: 'size', value: '1,2' }] } },
      },
    },
    ['--mount', 'type=volume,source=v,target=/c,volume-driver=d,"volume-opt=size=1,2"'],
  ],
])('%s', (_name, volume, options) => {
  expect(volumeOptions(specOf([volume]), PLACES).options).toEqual([...options, ...OWN]);
});

test('all volumes have one driver, by which a relative path is a name', () => {
  const docker = { image: 'i', volume_driver: 'd' };
  const spec = specOf([{ host_path: 'v' }]);
  expect(
    volumeOptions({ ...spec, container: { ...spec.container, type: 'DOCKER', docker } }, PLACES),
  ).toEqual({
    options: ['-v', 'v:/c:rw', ...OWN],
    driver: 'd',
  });
  const source = { type: 'DOCKER_VOLUME', docker_volume } as const;
  expect(volumeOptions(specOf([{ source }]), PLACES).driver).toBe('d');
});

test('a volume with options and no driver of its own has that of all volumes', () => {
  const docker = { image: 'i', volume_driver: 'd' };
  const parameter = [{ key: 'size', value: '1' }];
  const source = {
    type: 'DOCKER_VOLUME',
    docker_volume: { name: 'v', driver_options: { parameter } },
  } as const;
  const spec = specOf([{ source }]);
  expect(
    volumeOptions({ ...spec, container: { ...spec.container, type: 'DOCKER', docker } }, PLACES).options,
  ).toEqual(['--mount', 'type=volume,source=v,target=/c,volume-driver=d,volume-opt=size=1', ...OWN]);
});

test('a sandbox whose path has a colon is mounted, too', () => {
  expect(volumeOptions(specOf([], { directory: '/s:1' }), PLACES).options).toEqual([
    '--mount',
    'type=bind,source=/s:1,target=/mnt/mesos/sandbox',
  ]);
});

test.each<[volumes: readonly Partial<Volume>[], docker: Partial<ContainerInfo.DockerInfo>, reason: string]>([
  [
    [{ host_path: 'h', container_path: 'c' }],
    {},
    "Both host_path 'h' and container_path 'c' of a volume are relative",
  ],
  [[{ host_path: '../h' }], {}, "must not contain '..'"],
  [[{}], {}, 'Host path or volume source is required'],
  [
    [{ source: { type: 'SECRET' } }],
    {},
    'A volume of the source SECRET is not supported in Docker containers',
  ],
  [
    [{ source: { type: 'SANDBOX_PATH', sandbox_path: { type: 'PARENT', path: 'p' } } }],
    {},
    'of the sandbox of a parent',
  ],
  [
    [
      { source: { type: 'DOCKER_VOLUME', docker_volume } },
      { source: { type: 'DOCKER_VOLUME', docker_volume: { name: 'w', driver: 'e' } } },
    ],
    {},
    'Only one volume driver is supported',
  ],
  [
    [{ source: { type: 'DOCKER_VOLUME', docker_volume } }],
    { volume_driver: 'e' },
    'Only one volume driver per task is supported',
  ],
])('the volumes %j with %j are refused', (volumes, docker, reason) => {
  const spec = specOf(volumes);
  const container: ContainerInfo = { ...spec.container, type: 'DOCKER', docker: { image: 'i', ...docker } };
  const options = (): unknown => volumeOptions({ ...spec, container }, PLACES);
  expect(options).toThrow(VolumeRefused);
  expect(options).toThrow(reason);
});

const volume = (container_path: string, mode: 'RO' | 'RW' = 'RW'): Resource => ({
  name: 'disk',
  type: 'SCALAR',
  scalar: { value: 1 },
  reservations: [{ role: 'r' }],
  disk: { persistence: { id: 'v1', principal: 'p' }, volume: { mode, container_path } },
});

test('persistent volumes are in the sandbox, or at an absolute path', () => {
  const resources = [volume('data'), volume('a/b'), volume('/data', 'RO')];
  expect(persistentVolumes(resources, PLACES).map(({ target, isReadOnly }) => [target, isReadOnly])).toEqual([
    ['/mnt/mesos/sandbox/data', false],
    ['/mnt/mesos/sandbox/a/b', false],
    ['/data', true],
  ]);
  expect(volumeOptions(specOf([], { resources: [volume('data', 'RO')] }), PLACES).options).toEqual([
    '-v',
    '/agent/volumes/roles/r/v1:/mnt/mesos/sandbox/data:ro',
    ...OWN,
  ]);
  for (const path of ['../x', '.', '/'])
    expect(() => persistentVolumes([volume(path)], PLACES)).toThrow(VolumeRefused);
});

test('the folders of the sandbox that volumes need are known', () => {
  const source = { type: 'SANDBOX_PATH', sandbox_path: { type: 'SELF', path: 's' } } as const;
  expect(sandboxFolders(specOf([{ host_path: 'h' }, { host_path: '/abs' }, { source }]))).toEqual(['h', 's']);
});
