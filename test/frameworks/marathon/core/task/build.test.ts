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
    expect(info?.labels?.labels).toEqual([{ key: 'HAPROXY_GROUP', value: 'external' }]);
    expect(info?.resources?.every(({ allocation_info }) => allocation_info?.role === '*')).toBe(true);
  });
});
