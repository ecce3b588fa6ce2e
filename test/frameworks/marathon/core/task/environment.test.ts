import { randomFrom } from '../../../../../cluster/model/random';
import { environmentOf } from '../../../../../frameworks/marathon/core/task/environment';
import { taskPorts } from '../../../../../frameworks/marathon/core/task/ports';
import { app } from '../../fake-cluster';

function environment(
  members: object,
  hostPorts: readonly (number | null)[] = [],
  prefix = '',
  isRoleEnforced = false,
): Record<string, string> {
  const definition = app({ version: '2030-01-01T00:00:00.000Z', portDefinitions: [], ...members });
  const variables = environmentOf({
    app: definition,
    taskId: 't1',
    host: 'h1',
    ports: taskPorts(definition, hostPorts),
    prefix,
    random: randomFrom(1),
    isRoleEnforced,
  });
  return Object.fromEntries(
    variables.map(({ name, value, secret }) => [name, value ?? `secret ${secret?.reference?.name}`]),
  );
}

test('a task knows where and what it is', () => {
  expect(environment({ id: '/prod/web', cpus: 0.5, mem: 64, disk: 0 })).toMatchObject({
    MESOS_TASK_ID: 't1',
    HOST: 'h1',
    MARATHON_APP_ID: '/prod/web',
    MARATHON_APP_RESOURCE_CPUS: '0.5',
    MARATHON_APP_RESOURCE_MEM: '64.0',
    MARATHON_APP_RESOURCE_DISK: '0.0',
    MARATHON_APP_RESOURCE_GPUS: '0',
    MARATHON_APP_ENFORCE_GROUP_ROLE: 'FALSE',
    MARATHON_APP_LABELS: '',
  });
});

test.each<[name: string, members: object, variables: Record<string, string>]>([
  ["a user's variable wins", { env: { HOST: 'mine' } }, { HOST: 'mine' }],
  [
    'a label is a variable',
    { labels: { 'a-b': 'c' } },
    { MARATHON_APP_LABELS: 'A_B', MARATHON_APP_LABEL_A_B: 'c' },
  ],
  [
    'a secret is a reference',
    { env: { A: { secret: 's' } }, secrets: { s: { source: '/x' } } },
    { A: 'secret /x' },
  ],
  [
    'a Docker image is named',
    { container: { type: 'DOCKER', docker: { image: 'web:1' } } },
    { MARATHON_APP_DOCKER_IMAGE: 'web:1' },
  ],
])('%s', (_name, members, variables) => {
  expect(environment(members)).toMatchObject(variables);
});

test.each([
  ['a key', { ['k'.repeat(600)]: 'v' }],
  ['a value', { k: 'v'.repeat(600) }],
])('a label with %s that is too long is left out', (_name, labels) => {
  expect(environment({ labels })['MARATHON_APP_LABELS']).toBe('');
});

const PORTS = { portDefinitions: [{ port: 9000, name: 'http' }, { port: 0 }] };

test('ports have their number, their declared port and their name', () => {
  expect(environment(PORTS, [31_000, 31_001])).toMatchObject({
    PORT: '31000',
    PORTS: '31000,31001',
    PORT0: '31000',
    PORT1: '31001',
    PORT_9000: '31000',
    PORT_31001: '31001',
    PORT_HTTP: '31000',
  });
});

test('with a prefix there are no ports without it', () => {
  const variables = environment(PORTS, [31_000, 31_001], 'CUSTOM_');
  expect(variables).toMatchObject({ CUSTOM_PORT: '31000', CUSTOM_HOST: 'h1' });
  expect(Object.keys(variables).filter((name) => /^(PORT|HOST)/.test(name))).toEqual([]);
});

test('a container port of 0 without a host port gets a number that is not in use', () => {
  const portMappings = [{ containerPort: 0 }, { containerPort: 8080 }];
  const members = { portDefinitions: undefined, networks: [{ mode: 'container', name: 'n' }] };
  const variables = environment({ ...members, container: { type: 'MESOS', portMappings } }, [null, null]);
  expect(Number(variables['PORT0'])).toBeGreaterThanOrEqual(1025);
  expect(variables).toMatchObject({ PORT1: '8080', PORTS: variables['PORT0'] });
});
