/** The ContainerInfo that each member of a container and its networks leads to. */

import type * as mesos from '../../../../../cluster/api/generated/mesos';
import { containerOf } from '../../../../../frameworks/marathon/core/task/container';
import { taskPorts } from '../../../../../frameworks/marathon/core/task/ports';
import { app } from '../../fake-cluster';

type Members = Record<string, unknown>;

function container(
  members: Members,
  hostPorts: readonly (number | null)[] = [],
): mesos.ContainerInfo | undefined {
  const definition = app(members);
  const ports = taskPorts(definition, hostPorts);
  return containerOf({ app: definition, taskId: 't1', ports, bridgeName: 'bridge' });
}

const LABEL = { key: 'label', value: 'MESOS_TASK_ID=t1' };
const docker = (more: Members = {}, outer: Members = {}): Members => ({
  container: { type: 'DOCKER', docker: { image: 'web:1', ...more }, ...outer },
});
const image = (more: Members = {}, outer: Members = {}): Members => ({
  container: { type: 'MESOS', docker: { image: 'web:1', ...more }, ...outer },
});
const files = (outer: Members): Members => ({ container: { type: 'MESOS', ...outer } });
const volumes = (...list: readonly Members[]): Members => files({ volumes: list });
const dvdi = (external: Members, more: Members = {}): Members =>
  volumes({
    containerPath: 'v',
    mode: 'RW',
    external: { name: 'vol', provider: 'dvdi', ...external },
    ...more,
  });
const BRIDGE = { networks: [{ mode: 'container/bridge', labels: { a: 'b' } }] };
const ON_NET = { networks: [{ mode: 'container', name: 'net', labels: { a: 'b' } }] };
const LABELS = { labels: { labels: [{ key: 'a', value: 'b' }] } };
const MAPPINGS = {
  portMappings: [
    { containerPort: 80, hostPort: 0, protocol: 'udp,tcp' },
    { containerPort: 0, hostPort: 0 },
    { containerPort: 90 },
  ],
};
const MAPPED = [
  { host_port: 31_000, container_port: 80, protocol: 'udp' },
  { host_port: 31_000, container_port: 80, protocol: 'tcp' },
  { host_port: 31_001, container_port: 31_001, protocol: 'tcp' },
];

test.each<[name: string, members: Members, container: object]>([
  [
    'an image of Docker',
    docker(),
    {
      type: 'DOCKER',
      volumes: [],
      docker: {
        image: 'web:1',
        network: 'HOST',
        privileged: false,
        parameters: [LABEL],
        force_pull_image: false,
      },
    },
  ],
  ['privileged', docker({ privileged: true }), { docker: { privileged: true } }],
  ['forcePullImage of Docker', docker({ forcePullImage: true }), { docker: { force_pull_image: true } }],
  [
    'parameters, with the label of the task',
    docker({ parameters: [{ key: 'hostname', value: 'a.b' }] }),
    { docker: { parameters: [{ key: 'hostname', value: 'a.b' }, LABEL] } },
  ],
  [
    'a terminal of Docker, by its parameter',
    { ...docker(), tty: true },
    { docker: { parameters: [{ key: 'tty', value: 'true' }, LABEL] }, tty_info: {} },
  ],
  [
    'a terminal that a parameter turns off',
    { ...docker({ parameters: [{ key: 'tty', value: 'false' }] }), tty: true },
    { docker: { parameters: [{ key: 'tty', value: 'false' }, LABEL] } },
  ],
  [
    'the bridge of Docker',
    { ...docker({}, MAPPINGS), networks: [{ mode: 'container/bridge' }] },
    { docker: { network: 'BRIDGE', port_mappings: MAPPED } },
  ],
  [
    'a network of Docker',
    { ...docker({}, MAPPINGS), ...ON_NET },
    { docker: { network: 'USER', port_mappings: MAPPED }, network_infos: [{ name: 'net', ...LABELS }] },
  ],
  [
    'an image without Docker',
    image({ forcePullImage: true }),
    {
      type: 'MESOS',
      volumes: [],
      mesos: { image: { type: 'DOCKER', cached: false, docker: { name: 'web:1' } } },
    },
  ],
  [
    'the credentials of an image',
    { ...image({ pullConfig: { secret: 'pull' } }), secrets: { pull: { source: '/registry' } } },
    {
      mesos: {
        image: {
          cached: true,
          docker: { config: { type: 'REFERENCE', reference: { name: '/registry' } } },
        },
      },
    },
  ],
  ['a terminal', { tty: true }, { type: 'MESOS', mesos: {}, tty_info: {} }],
  [
    'the bridge of Mesos',
    { ...files(MAPPINGS), ...BRIDGE },
    { network_infos: [{ name: 'bridge', port_mappings: MAPPED, ...LABELS }] },
  ],
  [
    'a network of CNI without a container',
    { ...ON_NET },
    { type: 'MESOS', mesos: {}, network_infos: [{ name: 'net', ...LABELS }] },
  ],
  [
    'several networks, and the mappings of each',
    {
      networks: [{ name: 'one' }, { name: 'two' }],
      ...files({
        portMappings: [
          { containerPort: 80, hostPort: 0, networkNames: ['two'] },
          { containerPort: 81, hostPort: 0, networkNames: ['one'] },
        ],
      }),
    },
    {
      network_infos: [
        { name: 'one', port_mappings: [{ host_port: 31_001, container_port: 81, protocol: 'tcp' }] },
        { name: 'two', port_mappings: [{ host_port: 31_000, container_port: 80, protocol: 'tcp' }] },
      ],
    },
  ],
  [
    'a system call profile and shared memory',
    files({ linuxInfo: { seccomp: { profileName: 'web.json' }, ipcInfo: { mode: 'PRIVATE', shmSize: 64 } } }),
    {
      linux_info: {
        seccomp: { profile_name: 'web.json', unconfined: false },
        ipc_mode: 'PRIVATE',
        shm_size: 64,
      },
    },
  ],
  [
    'no profile, and the shared memory of the agent',
    files({ linuxInfo: { seccomp: { unconfined: true }, ipcInfo: { mode: 'SHARE_PARENT' } } }),
    { linux_info: { seccomp: { unconfined: true }, ipc_mode: 'SHARE_PARENT' } },
  ],
  [
    'folders of the host and of the sandbox',
    volumes(
      { containerPath: 'etc', hostPath: '/etc', mode: 'RO' },
      { containerPath: '/data', hostPath: 'data' },
    ),
    {
      volumes: [
        { container_path: 'etc', host_path: '/etc', mode: 'RO' },
        { container_path: '/data', host_path: 'data', mode: 'RW' },
      ],
    },
  ],
  [
    'a secret as a file',
    {
      ...volumes({ containerPath: 'password', secret: 's' }),
      secrets: { s: { source: 'db/password' } },
    },
    {
      volumes: [
        {
          container_path: 'password',
          mode: 'RO',
          source: { type: 'SECRET', secret: { type: 'REFERENCE', reference: { name: 'db/password' } } },
        },
      ],
    },
  ],
  [
    'a volume of a driver, with its options and its size, and no option of another provider',
    dvdi({
      size: 100,
      options: { 'dvdi/driver': 'rexray', 'dvdi/iops': ' 300 ', 'dvdi/size': '7', 'dcos/label': 'x' },
    }),
    {
      volumes: [
        {
          container_path: 'v',
          mode: 'RW',
          source: {
            type: 'DOCKER_VOLUME',
            docker_volume: {
              driver: 'rexray',
              name: 'vol',
              driver_options: {
                parameter: [
                  { key: 'iops', value: '300' },
                  { key: 'size', value: '100' },
                ],
              },
            },
          },
        },
      ],
    },
  ],
])('has %s', (_name, members, expected) => {
  expect(container(members, [31_000, 31_001, null])).toMatchObject(expected);
});

test('a volume without options has none for its driver', () => {
  const [volume] = container(dvdi({ options: { 'dvdi/driver': 'rexray' } }))?.volumes ?? [];
  expect(volume?.source).toEqual({ type: 'DOCKER_VOLUME', docker_volume: { driver: 'rexray', name: 'vol' } });
});

test('an app with the network and the files of the agent needs no container', () => {
  expect(container({})).toBeUndefined();
});
