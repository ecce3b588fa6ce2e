import type * as mesos from '../../../../../cluster/api/generated/mesos';
import { agent, FakeCluster, portsOf } from '../../fake-cluster';

describe('a task', () => {
  it('has environment, labels, discovery, ports and allocation', () => {
    const cluster = new FakeCluster({ agents: [agent(1)] });
    cluster.put({
      id: '/prod/web',
      cmd: 'run',
      env: { GREETING: 'hello' },
      labels: { HAPROXY_GROUP: 'external' },
      portDefinitions: [{ port: 0, name: 'http-api' }],
      fetch: [{ uri: 'http://x/y.tgz' }],
      taskKillGracePeriodSeconds: 5,
    });
    cluster.advance(10);
    const [task] = [...cluster.tasks.values()];
    const info = task?.info;
    const [port] = info ? portsOf(info) : [];
    expect(info?.name).toBe('web.prod');
    expect(info?.task_id.value).toMatch(/^prod_web\.instance-[0-9a-f-]{36}\._app\.1$/);
    expect(info?.kill_policy?.grace_period?.nanoseconds).toBe(5e9);
    expect(info?.command).toMatchObject({
      shell: true,
      value: 'run',
      uris: [{ value: 'http://x/y.tgz', extract: true }],
    });
    const env = Object.fromEntries(
      (info?.command?.environment?.variables ?? []).map(({ name, value }) => [name, value]),
    );
    expect(env).toMatchObject({
      GREETING: 'hello',
      HOST: 'host1',
      PORT: String(port),
      PORT0: String(port),
      PORTS: String(port),
      PORT_10000: String(port),
      'PORT_HTTP-API': String(port),
      MARATHON_APP_ID: '/prod/web',
      MARATHON_APP_RESOURCE_CPUS: '0.1',
      MARATHON_APP_RESOURCE_MEM: '32.0',
      MARATHON_APP_LABELS: 'HAPROXY_GROUP',
      MARATHON_APP_LABEL_HAPROXY_GROUP: 'external',
      MESOS_TASK_ID: info?.task_id.value,
    });
    expect(info?.discovery).toMatchObject({
      visibility: 'FRAMEWORK',
      name: 'web.prod',
      ports: { ports: [{ number: port, name: 'http-api', protocol: 'tcp' }] },
    });
    // Readers of a port in host mode take the scope for granted.
    expect(info?.discovery?.ports?.ports?.[0]?.labels).toBeUndefined();
    expect(info?.labels?.labels).toEqual([{ key: 'HAPROXY_GROUP', value: 'external' }]);
    expect(info?.resources?.every(({ allocation_info }) => allocation_info?.role === '*')).toBe(true);
  });
});

type Members = Record<string, unknown>;

/** The task of an app, on an agent with enough of everything. */
function taskOf(members: Members, executor = '//cmd'): mesos.TaskInfo {
  const cluster = new FakeCluster({ agents: [agent(1, { disk: 100 })], settings: { executor } });
  cluster.put(members);
  cluster.advance(10);
  const [task] = [...cluster.tasks.values()];
  if (!task) throw new Error('no task was launched');
  return task.info;
}

const HOST_PORT_OF_ONE = { containerPort: 80, hostPort: 31_005, networkNames: ['one'] };
const ON_NETS = { networks: [{ name: 'one' }, { name: 'two' }] };
const IMAGE = { container: { type: 'MESOS', docker: { image: 'web:1' } } };
const ARGS = { cmd: undefined, args: ['run', '-v'] };

test.each<[name: string, members: Members, info: object]>([
  [
    'arguments without an image: the first is the program',
    ARGS,
    { command: { shell: false, value: 'run', arguments: ['run', '-v'] } },
  ],
  [
    'arguments in a network of its own, without an image',
    { ...ARGS, ...ON_NETS },
    { command: { shell: false, value: 'run', arguments: ['run', '-v'] } },
  ],
  [
    'a file that is fetched to a place of its own, and run',
    { fetch: [{ uri: 'http://x/y', destPath: 'bin/y', executable: true, extract: false, cache: true }] },
    {
      command: {
        uris: [{ value: 'http://x/y', output_file: 'bin/y', executable: true, extract: false, cache: true }],
      },
    },
  ],
  [
    'the old form of what is fetched',
    { uris: ['http://x/y.zip', 'http://x/y'] },
    { command: { uris: [{ value: 'http://x/y.zip', extract: true }, { extract: false }] } },
  ],
  [
    'a user and a secret',
    { user: 'web', env: { A: { secret: 's' } }, secrets: { s: { source: '/x' } } },
    {
      command: {
        user: 'web',
        environment: {
          variables: expect.arrayContaining([
            { name: 'A', type: 'SECRET', secret: { type: 'REFERENCE', reference: { name: '/x' } } },
          ]),
        },
      },
    },
  ],
  [
    'limits',
    { resourceLimits: { cpus: 'unlimited', mem: 64 } },
    { limits: { cpus: { value: Number.POSITIVE_INFINITY }, mem: { value: 64 } } },
  ],
  [
    'a port of the container in each of its networks',
    {
      ...ON_NETS,
      container: {
        type: 'MESOS',
        portMappings: [
          { containerPort: 80, name: 'web' },
          { containerPort: 81, networkNames: ['two'] },
        ],
      },
    },
    {
      discovery: {
        ports: {
          ports: [
            { number: 80, name: 'web', labels: scope('one') },
            { number: 80, name: 'web', labels: scope('two') },
            { number: 81, labels: scope('two') },
          ],
        },
      },
    },
  ],
  [
    'a port of the host for one in a network of its own',
    { ...ON_NETS, container: { type: 'MESOS', portMappings: [HOST_PORT_OF_ONE] } },
    {
      discovery: {
        ports: { ports: [{ number: 31_005, labels: { labels: [{ key: 'network-scope', value: 'host' }] } }] },
      },
    },
  ],
])('a task has %s', (_name, members, info) => {
  expect(taskOf(members)).toMatchObject(info);
});

function scope(network: string): mesos.Labels {
  return {
    labels: [
      { key: 'network-scope', value: 'container' },
      { key: 'network-name', value: network },
    ],
  };
}

test("an image's own command gets the arguments", () => {
  const { command } = taskOf({ ...ARGS, ...IMAGE });
  expect(command).toMatchObject({ shell: false, arguments: ['run', '-v'] });
  expect(command?.value).toBeUndefined();
});

test('an executor by its path gets the command, the container and its own resources', () => {
  const info = taskOf({ ...IMAGE, cmd: 'run', executorResources: { cpus: 0.5 } }, '/opt/executor');
  expect(info.command).toBeUndefined();
  expect(info.container).toBeUndefined();
  const { executor } = info;
  expect(executor?.command?.value).toBe("chmod ug+rx '/opt/executor' && exec '/opt/executor' run");
  expect(executor?.container).toMatchObject({ mesos: { image: { docker: { name: 'web:1' } } } });
  expect(executor?.resources?.map(({ name, scalar }) => [name, scalar?.value])).toEqual([
    ['cpus', 0.5],
    ['disk', 10],
    ['mem', 32],
  ]);
});
