import {
  dockerContainer,
  dockerImage,
  externalVolume,
  hostVolume,
  mesosContainer,
  networkInfo,
  secretVolume,
} from '../../../../../frameworks/kit/core/task/container';

const NOTHING = { volumes: [], networks: [] };
const MOUNT = { mode: 'RO', containerPath: 'data' } as const;
const MOUNTED = { mode: 'RO', container_path: 'data' };

test('a container of the Docker daemon has its image, network and arguments', () => {
  const docker = {
    image: 'web:1',
    network: 'USER',
    portMappings: [{ host_port: 31_000, container_port: 80 }],
    privileged: false,
    parameters: [{ key: 'a', value: 'b' }],
    forcePullImage: true,
  } as const;
  const networks = [networkInfo({ name: 'net', labels: { a: 'b' } })];
  expect(dockerContainer({ ...NOTHING, networks }, docker)).toEqual({
    type: 'DOCKER',
    volumes: [],
    network_infos: [{ name: 'net', labels: { labels: [{ key: 'a', value: 'b' }] } }],
    docker: {
      image: 'web:1',
      network: 'USER',
      port_mappings: [{ host_port: 31_000, container_port: 80 }],
      privileged: false,
      parameters: [{ key: 'a', value: 'b' }],
      force_pull_image: true,
    },
  });
});

test('a container of Mesos has an image, or the files of the agent', () => {
  const image = dockerImage({ name: 'web:1', forcePull: false, configSecret: 's' });
  expect(mesosContainer({ ...NOTHING, hasTty: true, linuxInfo: { ipc_mode: 'PRIVATE' } }, image)).toEqual({
    type: 'MESOS',
    volumes: [],
    linux_info: { ipc_mode: 'PRIVATE' },
    tty_info: {},
    mesos: {
      image: {
        type: 'DOCKER',
        cached: true,
        docker: { name: 'web:1', config: { type: 'REFERENCE', reference: { name: 's' } } },
      },
    },
  });
  expect(mesosContainer(NOTHING, undefined)).toEqual({ type: 'MESOS', volumes: [], mesos: {} });
});

test('a network maps the ports that it is given, none included', () => {
  expect(networkInfo({ name: undefined, labels: {}, portMappings: [] })).toEqual({ port_mappings: [] });
});

test('volumes come from the host, a driver or a secret', () => {
  expect(hostVolume(MOUNT, '/x')).toEqual({ ...MOUNTED, host_path: '/x' });
  expect(hostVolume(MOUNT, undefined)).toEqual(MOUNTED);
  expect(
    externalVolume(MOUNT, { name: 'v', driver: 'rexray', options: [{ key: 'size', value: '1' }] }),
  ).toEqual({
    ...MOUNTED,
    source: {
      type: 'DOCKER_VOLUME',
      docker_volume: {
        driver: 'rexray',
        name: 'v',
        driver_options: { parameter: [{ key: 'size', value: '1' }] },
      },
    },
  });
  expect(externalVolume(MOUNT, { name: 'v', driver: undefined, options: [] })).toEqual({
    ...MOUNTED,
    source: { type: 'DOCKER_VOLUME', docker_volume: { name: 'v' } },
  });
  expect(secretVolume(MOUNT, 's')).toEqual({
    ...MOUNTED,
    source: { type: 'SECRET', secret: { type: 'REFERENCE', reference: { name: 's' } } },
  });
});
