import { NO_DNS } from '../../../../../cluster/agent/containerizer/network/container-dns';
import type { ContainerSpec } from '../../../../../cluster/agent/core/state/container-spec';
import {
  type DockerSettings,
  runArguments,
  runEnvironment,
} from '../../../../../cluster/agent/docker/core/run-arguments';
import type { CommandInfo, ContainerInfo } from '../../../../../cluster/api/generated/mesos';
import { specOf as containerSpec } from '../../containerizer/isolators/builders';

const SETTINGS: DockerSettings = {
  sandboxDirectory: '/mnt/mesos/sandbox',
  workDir: '/agent',
  dns: NO_DNS.docker,
  enableCfs: false,
  machineBytes: 2 ** 30,
};
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const specOf = (
  command: CommandInfo,
  docker: Partial<ContainerInfo.DockerInfo> = {},
  more: Partial<ContainerSpec> = {},
): ContainerSpec =>
  containerSpec({
    containerId: 'c',
    command,
    environment: { PATH, MESOS_EXECUTOR_ID: 'e', A: 'of the agent' },
    container: { type: 'DOCKER', docker: { image: 'i:1', ...docker } },
    resources: [],
    ...more,
  });

const argumentsOf = (spec: ContainerSpec): readonly string[] => {
  const asked = runArguments(spec, SETTINGS, '/env');
  if ('error' in asked) throw new Error(asked.error);
  return asked.arguments;
};

test('all options stand before the image, with parameters as the last ones, and the command after it', () => {
  const parameters = [{ key: 'ulimit', value: 'nofile=1' }];
  const spec = specOf({ value: 'echo $A' }, { privileged: true, parameters, volume_driver: 'd' });
  const resources: ContainerSpec['resources'] = [
    { name: 'cpus', type: 'SCALAR', scalar: { value: 1.1 } },
    { name: 'mem', type: 'SCALAR', scalar: { value: 96 } },
  ];
  expect(argumentsOf({ ...spec, resources }).join(' ')).toBe(
    'run --privileged --cpu-shares 1024 --memory 67108864 --env-file /env -v /sandbox:/mnt/mesos/sandbox ' +
      '--volume-driver=d --net host --entrypoint /bin/sh --label=meseta.work_dir=/agent --name mesos-c ' +
      '--ulimit=nofile=1 i:1 -c echo $A',
  );
});

test.each<[name: string, command: CommandInfo, expected: readonly string[]]>([
  ['for a shell', { value: 'a b' }, ['-c', 'a b']],
  ['of the image', { shell: false }, []],
  ['of its own', { shell: false, value: 'a', arguments: ['b', '-c'] }, ['a', 'b', '-c']],
  ['of the image with arguments', { shell: false, arguments: ['b'] }, ['b']],
])('a container runs a command %s', (_name, command, expected) => {
  const words = argumentsOf(specOf(command));
  expect(words.slice(words.indexOf('i:1') + 1)).toEqual(expected);
  expect(words.includes('--entrypoint')).toBe(command.shell !== false);
});

const gpus: ContainerSpec['resources'] = [{ name: 'gpus', type: 'SCALAR', scalar: { value: 1 } }];

test.each<[name: string, spec: ContainerSpec, error: string]>([
  ['a shell without a command', specOf({}), 'Shell specified but no command value provided'],
  [
    'an image that is an option',
    specOf({ value: 'a' }, { image: '--privileged' }),
    "'--privileged' is not the name of an image",
  ],
  ['no image', specOf({ value: 'a' }, { image: '' }), "'' is not the name of an image"],
  [
    'nothing of Docker',
    { ...specOf({ value: 'a' }), container: { type: 'DOCKER' } },
    'No docker info found in container info',
  ],
  ['a parent', specOf({ value: 'a' }, {}, { parent: 'p' }), 'Nested containers are not supported'],
  [
    'GPUs',
    specOf({ value: 'a' }, {}, { resources: gpus }),
    'GPUs are for containers of the Mesos containerizer alone',
  ],
  ['a network without a name', specOf({ value: 'a' }, { network: 'USER' }), 'No network info found'],
])('a container with %s is refused', (_name, spec, error) => {
  expect(runArguments(spec, SETTINGS, '/env')).toEqual({ error: expect.stringContaining(error) });
});

const variables = [
  { name: 'A', value: 'own = $1' },
  { name: 'LINES', value: 'a\nb' },
  { name: 'odd name', value: '1' },
  { name: 'LONG', value: 'x'.repeat(60_000) },
];

test('a command task has its own variables, and a file has those that it can', () => {
  const allocation_info = { role: 'r' };
  const resources: ContainerSpec['resources'] = [
    { name: 'cpus', type: 'SCALAR', scalar: { value: 1 }, allocation_info },
  ];
  const { plain, odd } = runEnvironment(
    specOf({ value: 'a', environment: { variables } }, {}, { resources }),
    SETTINGS,
  );
  expect(plain).toEqual([
    'A=own = $1',
    'MESOS_SANDBOX=/mnt/mesos/sandbox',
    'MESOS_CONTAINER_NAME=mesos-c',
    'MESOS_ALLOCATION_ROLE=r',
  ]);
  expect(odd).toEqual({ LINES: 'a\nb', 'odd name': '1', LONG: 'x'.repeat(60_000) });
});

test('a variable that no file can have is named in the arguments, without its value', () => {
  const key = { name: 'SSH_PRIVATE_KEY', value: '-----BEGIN KEY-----\nsecret' };
  const words = argumentsOf(specOf({ value: 'a', environment: { variables: [key] } }));
  expect(words[words.indexOf('-e') + 1]).toBe('SSH_PRIVATE_KEY');
  expect(words.join(' ')).not.toContain('secret');
});

test.each(['PATH', 'DOCKER_HOST', 'https_proxy', 'LD_PRELOAD', 'GODEBUG', 'BASH_ENV', ''])(
  "a variable '%s' with a line break is refused: it would be for the program docker",
  (name) => {
    const spec = (value: string) => specOf({ value: 'a', environment: { variables: [{ name, value }] } });
    const error = `The variable '${name}' cannot be passed`;
    expect(runArguments(spec('a\nb'), SETTINGS, '/env')).toEqual({ error: expect.stringContaining(error) });
    if (name !== '') expect(argumentsOf(spec('a'))).not.toContain('-e');
  },
);

test('an executor has the variables of the agent, too, and the PATH of its image', () => {
  const spec = specOf(
    { value: 'a', environment: { variables: [{ name: 'B', value: 'b' }] } },
    {},
    { taskId: undefined },
  );
  const { plain } = runEnvironment(spec, SETTINGS);
  expect(plain).toEqual([
    'MESOS_EXECUTOR_ID=e',
    'A=of the agent',
    'B=b',
    'MESOS_SANDBOX=/mnt/mesos/sandbox',
    'MESOS_CONTAINER_NAME=mesos-c',
  ]);
  const withPath = runEnvironment({ ...spec, environment: { PATH: '/own' } }, SETTINGS);
  expect(withPath.plain[0]).toBe('PATH=/own');
});
