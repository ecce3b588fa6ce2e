import { silentLogger } from '../../../../cluster/runtime/log';
import { isActive } from '../../../../frameworks/marathon/core/instances/conditions';
import { agent, app, FakeCluster, portsOf } from '../fake-cluster';

describe('a new app', () => {
  it('is launched at once and its deployment succeeds, events in the order users rely on', () => {
    const cluster = new FakeCluster();
    cluster.advance(5000);
    expect(cluster.callsOf('SUPPRESS')).toHaveLength(1);
    cluster.events.length = 0;
    const before = cluster.clock.now();
    const answer = cluster.put({ id: '/app', instances: 2 });
    expect(answer).toMatchObject({ ok: true });
    expect(cluster.state.deployments.size).toBe(1);
    cluster.advance(5);
    expect(cluster.callsOf('ACCEPT').length).toBeGreaterThan(0);
    expect(cluster.clock.now() - before).toBeLessThan(10);
    cluster.advance(1000);
    expect(cluster.running()).toHaveLength(2);
    expect(cluster.state.deployments.size).toBe(0);
    const seen = cluster.eventTypes().filter((type) => type !== 'instance_changed_event');
    expect(seen).toEqual([
      'group_change_success',
      'deployment_info',
      'deployment_step_success',
      'deployment_info',
      'status_update_event',
      'status_update_event',
      'deployment_step_success',
      'deployment_success',
    ]);
  });

  it('is suppressed again when everything runs', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app' });
    cluster.advance(100);
    expect(cluster.state.revive.suppressed).toBe(true);
  });

  it('launches tasks with environment, labels, discovery, ports and allocation', () => {
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

  it('gets service ports that are unique in the tree, and keeps them', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/a' }, { id: '/b', portDefinitions: [{ port: 0 }, { port: 0 }] });
    const ports = (id: string) => cluster.state.apps.get(id)?.portDefinitions?.map(({ port }) => port);
    expect(ports('/a')).toEqual([10_000]);
    expect(ports('/b')).toEqual([10_001, 10_002]);
    cluster.advance(100);
    cluster.put({ id: '/b', instances: 2, portDefinitions: [{ port: 0 }, { port: 0 }] });
    expect(ports('/b')).toEqual([10_001, 10_002]);
  });

  it('counts as deployed only when its health checks pass', () => {
    const cluster = new FakeCluster();
    let healthy = false;
    cluster.probeResult = () => (healthy ? { ok: true } : { ok: false, cause: 'refused' });
    cluster.put({ id: '/app', healthChecks: [{ path: '/' }] });
    cluster.advance(700);
    expect(cluster.running()).toHaveLength(1);
    expect(cluster.state.deployments.size).toBe(1);
    healthy = true;
    cluster.advance(1000);
    expect(cluster.state.deployments.size).toBe(0);
    expect(cluster.eventTypes()).toContain('health_status_changed_event');
    expect(cluster.eventTypes()).toContain('instance_health_changed_event');
  });

  it('tells nobody before it is stored', () => {
    const cluster = new FakeCluster({ storeMs: 50 });
    cluster.advance(1000);
    cluster.events.length = 0;
    const calls = cluster.calls.length;
    expect(cluster.put({ id: '/app' })).toBeUndefined();
    cluster.advance(49);
    expect(cluster.events).toEqual([]);
    expect(cluster.calls.slice(calls).map(({ type }) => type)).not.toContain('ACCEPT');
    cluster.advance(1);
    expect(cluster.answers.size).toBe(1);
    cluster.advance(200);
    expect(cluster.running()).toHaveLength(1);
  });

  it('is given up with a reason when storing fails', () => {
    const cluster = new FakeCluster();
    cluster.failedStores = true;
    cluster.put({ id: '/app' });
    expect(cluster.resigned).toContain('disk full');
    expect(cluster.answers.size).toBe(0);
  });
});

describe('scaling', () => {
  it('goes up and down, youngest first', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app', instances: 2 });
    cluster.advance(2000);
    const old = cluster.running().map(({ id }) => id);
    cluster.put({ id: '/app', instances: 4 });
    cluster.advance(2000);
    expect(cluster.running()).toHaveLength(4);
    cluster.put({ id: '/app', instances: 2 });
    cluster.advance(2000);
    expect(
      cluster
        .running()
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...old].sort());
    cluster.put({ id: '/app', instances: 0 });
    cluster.advance(2000);
    expect(cluster.instances()).toEqual([]);
    expect(cluster.state.deployments.size).toBe(0);
  });

  it('does not restart anything and keeps lastConfigChangeAt', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app', instances: 1 });
    cluster.advance(2000);
    const before = cluster.state.apps.get('/app');
    cluster.put({ id: '/app', instances: 2 });
    cluster.advance(2000);
    const after = cluster.state.apps.get('/app');
    expect(after?.version).not.toBe(before?.version);
    expect(after?.versionInfo.lastConfigChangeAt).toBe(before?.versionInfo.lastConfigChangeAt);
    expect(cluster.callsOf('KILL')).toHaveLength(0);
  });
});

describe('removal', () => {
  it('kills all instances and tells', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app', instances: 3 });
    cluster.advance(1000);
    cluster.change({ remove: ['/app'] });
    cluster.advance(1000);
    expect(cluster.instances()).toEqual([]);
    expect(cluster.state.deployments.size).toBe(0);
    expect(cluster.eventTypes()).toContain('app_terminated_event');
    expect([...cluster.tasks.values()].every(({ state }) => state === 'TASK_KILLED')).toBe(true);
  });
});

describe('locks', () => {
  it('refuse a change of an app under deployment unless forced', () => {
    const cluster = new FakeCluster({ agents: [] });
    const first = cluster.put({ id: '/app' });
    const id = first?.ok && 'deployment' in first ? first.deployment : '';
    expect(cluster.put({ id: '/app', instances: 2 })).toEqual({
      ok: false,
      refusal: { code: 'locked', deployments: [id] },
    });
    expect(cluster.put({ id: '/other' })).toMatchObject({ ok: true });
    expect(cluster.change({ put: [app({ instances: 2 })] }, { force: true })).toMatchObject({ ok: true });
    const failed = cluster.events.find(({ eventType }) => eventType === 'deployment_failed');
    expect(failed).toMatchObject({ id, reason: 'The upgrade has been cancelled' });
    expect(cluster.instances()).toHaveLength(2);
  });

  it('refuse more deployments than allowed', () => {
    const cluster = new FakeCluster({ agents: [], settings: { maxRunningDeployments: 1 } });
    cluster.put({ id: '/a' });
    expect(cluster.put({ id: '/b' })).toMatchObject({ refusal: { code: 'too-many' } });
  });

  it('end with a deployment that is taken back', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app', cmd: 'good' });
    cluster.advance(1000);
    cluster.behaviour = ({ command }) => [[10, command?.value === 'bad' ? 'TASK_FAILED' : 'TASK_RUNNING']];
    const answer = cluster.put({ id: '/app', cmd: 'bad' });
    cluster.advance(5000);
    const deployment = answer?.ok && 'deployment' in answer ? answer.deployment : '';
    expect(cluster.state.deployments.has(deployment)).toBe(true);
    expect(cluster.ask({ kind: 'api.cancel', deployment, force: false })).toMatchObject({ ok: true });
    cluster.advance(10_000);
    expect(cluster.state.deployments.size).toBe(0);
    expect(cluster.state.apps.get('/app')?.cmd).toBe('good');
    expect(cluster.running()).toHaveLength(1);
    expect(cluster.ask({ kind: 'api.cancel', deployment, force: false })).toMatchObject({
      refusal: { code: 'missing' },
    });
  });
});

describe('tasks that end', () => {
  it('are launched again under the same instance, ever more slowly', () => {
    const cluster = new FakeCluster();
    cluster.behaviour = () => [
      [10, 'TASK_RUNNING'],
      [20, 'TASK_FAILED'],
    ];
    cluster.put({ id: '/app', backoffSeconds: 2, backoffFactor: 3, maxLaunchDelaySeconds: 20 });
    const [instance] = cluster.instances();
    const launches: number[] = [];
    let last = 0;
    for (let ms = 0; ms < 60_000; ms += 100) {
      cluster.advance(100);
      const { incarnation = 0 } = cluster.instances()[0] ?? {};
      if (incarnation > last) launches.push(cluster.clock.now());
      last = incarnation;
    }
    expect(cluster.instances()[0]?.id).toBe(instance?.id);
    const gaps = launches
      .slice(1)
      .map((launchedAt, index) => Math.round((launchedAt - (launches[index] ?? 0)) / 1000));
    expect(gaps.slice(0, 4)).toEqual([2, 6, 18, 20]);
    expect(cluster.state.failures.get('/app')).toMatchObject({ state: 'TASK_FAILED' });
  });

  it('do not wait after the delay was reset', () => {
    const cluster = new FakeCluster();
    cluster.behaviour = () => [[10, 'TASK_FAILED']];
    cluster.put({ id: '/app', backoffSeconds: 100 });
    cluster.advance(1000);
    expect(cluster.instances()[0]?.incarnation).toBe(1);
    expect(cluster.ask({ kind: 'api.reset-delay', app: '/app' })).toEqual({ ok: true });
    cluster.advance(6000);
    expect(cluster.instances()[0]?.incarnation).toBe(2);
    expect(cluster.ask({ kind: 'api.reset-delay', app: '/none' })).toMatchObject({ ok: false });
  });

  it('are replaced when they are lost', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app' });
    cluster.advance(1000);
    const [first] = cluster.running();
    cluster.update(first?.task?.id ?? '', 'TASK_UNREACHABLE');
    cluster.advance(1000);
    const [second] = cluster.running();
    expect(second?.id).not.toBe(first?.id);
    expect(cluster.instances()).toHaveLength(1);
  });

  it('are waited for when the app says so', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app', unreachableStrategy: { inactiveAfterSeconds: 60, expungeAfterSeconds: 600 } });
    cluster.advance(1000);
    const taskId = cluster.running()[0]?.task?.id ?? '';
    cluster.update(taskId, 'TASK_UNREACHABLE');
    cluster.advance(59_000);
    expect(cluster.instances().map(({ condition }) => condition)).toEqual(['Unreachable']);
    cluster.advance(2000);
    expect(cluster.instances().map(({ condition }) => condition)).toEqual(['UnreachableInactive', 'Running']);
    cluster.advance(700_000);
    expect(cluster.instances()).toHaveLength(1);
    cluster.update(taskId, 'TASK_RUNNING');
    cluster.advance(100);
    expect(cluster.tasks.get(taskId)?.state).toBe('TASK_KILLED');
    expect(cluster.running()).toHaveLength(1);
  });
});

describe('a deployment', () => {
  it('does not wait for instances that are given up for unreachable', () => {
    const cluster = new FakeCluster();
    const unreachableStrategy = { inactiveAfterSeconds: 1, expungeAfterSeconds: 6000 };
    cluster.put({ id: '/app', unreachableStrategy });
    cluster.advance(1000);
    cluster.update(cluster.running()[0]?.task?.id ?? '', 'TASK_UNREACHABLE');
    cluster.advance(5000);
    cluster.put({ id: '/app', instances: 2, unreachableStrategy });
    cluster.advance(5000);
    expect(cluster.instances().map(({ condition }) => condition)).toEqual([
      'UnreachableInactive',
      'Running',
      'Running',
    ]);
    expect(cluster.state.deployments.size).toBe(0);
  });
});

describe('status updates', () => {
  it('of unknown tasks that live lead to a kill, which log and event stream tell', () => {
    const warn = jest.spyOn(silentLogger, 'warn');
    const cluster = new FakeCluster();
    cluster.update('other.instance-1._app.1', 'TASK_RUNNING', { agent_id: { value: 'S1' } });
    expect(cluster.callsOf('KILL')).toMatchObject([
      { kill: { task_id: { value: 'other.instance-1._app.1' } } },
    ]);
    expect(cluster.events).toContainEqual({
      eventType: 'unknown_instance_kill_event',
      timestamp: expect.any(String),
      instanceId: 'other.instance-1',
      runSpecId: '/other',
      taskId: 'other.instance-1._app.1',
      slaveId: 'S1',
      taskStatus: 'TASK_RUNNING',
      reason: 'Marathon has no record of this task',
    });
    expect(warn).toHaveBeenCalledWith(
      { task: 'other.instance-1._app.1', app: '/other', agent: 'S1', state: 'TASK_RUNNING' },
      'a task that Marathon has no record of is killed',
    );
    warn.mockRestore();
  });

  it('of a task that its executor killed for failed checks are the last failure of its app', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app' });
    cluster.advance(1000);
    const [id = ''] = cluster.running().map(({ task }) => task?.id ?? '');
    const message = 'Task health check failed 3 times in a row';
    cluster.update(id, 'TASK_KILLED', { healthy: false, message, agent_id: { value: 'S1' } });
    expect(cluster.state.failures.get('/app')).toMatchObject({ taskId: id, state: 'TASK_KILLED', message });
  });

  it('of a task that was killed by a wish are none', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app' });
    cluster.advance(1000);
    cluster.change({ put: [app({ id: '/app', instances: 0 })] });
    cluster.advance(5000);
    expect(cluster.running()).toEqual([]);
    expect(cluster.state.failures.get('/app')).toBeUndefined();
  });

  it('are acknowledged once stored, and only those with a uuid', () => {
    const cluster = new FakeCluster({ storeMs: 30 });
    cluster.put({ id: '/app' });
    cluster.advance(120);
    const acks = cluster.callsOf('ACKNOWLEDGE');
    expect(acks).toHaveLength(1);
    expect(cluster.running()).toHaveLength(1);
  });
});

describe('kills', () => {
  it('are repeated until they are answered', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app' });
    cluster.advance(1000);
    cluster.killable = false;
    cluster.change({ remove: ['/app'] });
    cluster.advance(65_000);
    expect(cluster.callsOf('KILL')).toHaveLength(3);
    cluster.killable = true;
    cluster.advance(30_000);
    expect(cluster.instances()).toEqual([]);
  });

  it('by an operator keep the instance, wipe replaces it, scale lowers the number', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app', instances: 2 });
    cluster.advance(1000);
    const kill = (more: object) =>
      cluster.ask({
        kind: 'api.kill',
        taskIds: [cluster.running()[0]?.task?.id],
        scale: false,
        wipe: false,
        force: false,
        ...more,
      });
    const before = cluster.instances().map(({ id }) => id);
    kill({});
    cluster.advance(1000);
    expect(cluster.instances().map(({ id }) => id)).toEqual(before);
    expect(cluster.running()).toHaveLength(2);
    kill({ wipe: true });
    cluster.advance(1000);
    expect(cluster.instances().map(({ id }) => id)).not.toEqual(before);
    expect(cluster.running()).toHaveLength(2);
    expect(kill({ scale: true })).toMatchObject({ ok: true, deployment: expect.any(String) });
    cluster.advance(1000);
    expect(cluster.running()).toHaveLength(1);
    expect(cluster.state.apps.get('/app')?.instances).toBe(1);
  });
});

describe('health checks', () => {
  it('kill after one failure more than allowed, and the instance is launched again', () => {
    const cluster = new FakeCluster();
    cluster.put({
      id: '/app',
      healthChecks: [{ path: '/', intervalSeconds: 1, gracePeriodSeconds: 5, maxConsecutiveFailures: 2 }],
    });
    cluster.advance(2000);
    expect(cluster.state.deployments.size).toBe(0);
    cluster.probeResult = () => ({ ok: false, cause: 'HTTP status 500' });
    for (
      let second = 0;
      second < 10 && !cluster.eventTypes().includes('unhealthy_instance_kill_event');
      second++
    ) {
      cluster.advance(1000);
    }
    const failures = cluster.eventTypes().filter((type) => type === 'failed_health_check_event');
    expect(failures).toHaveLength(3);
    expect(cluster.state.failures.get('/app')?.message).toContain(
      'health check failed. Reason: HTTP status 500',
    );
    cluster.probeResult = () => ({ ok: true });
    cluster.advance(2000);
    expect(cluster.running()[0]?.incarnation).toBe(2);
  });

  it('of Mesos are taken from status updates', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app', healthChecks: [{ protocol: 'COMMAND', command: { value: 'true' } }] });
    cluster.advance(1000);
    const taskId = cluster.running()[0]?.task?.id ?? '';
    expect(cluster.tasks.get(taskId)?.info.health_check).toMatchObject({
      type: 'COMMAND',
      command: { value: 'true' },
    });
    expect(cluster.state.deployments.size).toBe(1);
    cluster.update(taskId, 'TASK_RUNNING', { healthy: true });
    expect(cluster.state.deployments.size).toBe(0);
  });
});

describe('readiness checks', () => {
  it('hold a deployment back until the task is ready', () => {
    const cluster = new FakeCluster();
    let ready = false;
    cluster.probeResult = () => (ready ? { ok: true } : { ok: false, cause: 'HTTP status 503' });
    cluster.put({
      id: '/app',
      portDefinitions: [{ port: 0, name: 'http-api' }],
      readinessChecks: [{ intervalSeconds: 2, timeoutSeconds: 1 }],
    });
    cluster.advance(5000);
    expect(cluster.state.deployments.size).toBe(1);
    ready = true;
    cluster.advance(3000);
    expect(cluster.state.deployments.size).toBe(0);
  });
});

describe('constraints', () => {
  it('UNIQUE puts each instance on a host of its own and reports why others wait', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app', instances: 4, constraints: [['hostname', 'UNIQUE']] });
    cluster.advance(20_000);
    expect(new Set(cluster.running().map(({ agent: place }) => place?.host))).toEqual(
      new Set(['host1', 'host2', 'host3']),
    );
    expect(cluster.instances()).toHaveLength(4);
    expect(cluster.state.queue.get('/app')?.declined.get('UnfulfilledConstraint')).toBeGreaterThan(0);
    cluster.agents.push(agent(4));
    cluster.advance(10_000);
    expect(cluster.running()).toHaveLength(4);
  });
});

describe('dependencies', () => {
  it('are started one layer after the other', () => {
    const cluster = new FakeCluster();
    cluster.behaviour = () => [[5000, 'TASK_RUNNING']];
    cluster.put({ id: '/web', dependencies: ['/db'] }, { id: '/db' });
    cluster.advance(3000);
    expect(cluster.instances('/db')).toHaveLength(1);
    expect(cluster.instances('/web')).toHaveLength(0);
    cluster.advance(9000);
    expect(cluster.running('/web')).toHaveLength(1);
    expect(cluster.put({ id: '/db', dependencies: ['/web'] })).toMatchObject({
      refusal: { code: 'invalid', details: [{ errors: ['Dependency graph has cyclic dependencies.'] }] },
    });
  });
});

describe('a restart of Marathon', () => {
  it('finds the same apps and adopts running tasks', () => {
    const first = new FakeCluster();
    first.put({ id: '/app', instances: 3, healthChecks: [{ path: '/' }] });
    first.advance(5000);
    const tasks = first.running().map(({ task }) => task?.id);
    const second = new FakeCluster({
      store: first.store,
      startAt: first.clock.now() + 1000,
      tasks: first.tasks,
    });
    expect(second.lastInfo?.id).toEqual({ value: 'F1' });
    second.advance(20_000);
    expect(
      second
        .running()
        .map(({ task }) => task?.id)
        .sort(),
    ).toEqual([...tasks].sort());
    expect(second.state.apps.get('/app')).toEqual(first.state.apps.get('/app'));
    expect(second.callsOf('KILL')).toEqual([]);
    expect(second.callsOf('ACCEPT')).toEqual([]);
    expect(second.state.unconfirmed.size).toBe(0);
    expect(second.eventTypes()).toContain('scheduler_reregistered_event');
  });

  it('replaces tasks that ended meanwhile and goes on with deployments', () => {
    const first = new FakeCluster({ agents: [] });
    first.put({ id: '/app', instances: 2 });
    expect(first.state.deployments.size).toBe(1);
    const second = new FakeCluster({ store: first.store, startAt: first.clock.now() + 1000 });
    second.advance(5000);
    expect(second.running()).toHaveLength(2);
    expect(second.state.deployments.size).toBe(0);
    const third = new FakeCluster({ store: second.store, startAt: second.clock.now() + 1000 });
    third.advance(20_000);
    expect(third.running()).toHaveLength(2);
    expect(third.callsOf('ACCEPT').length).toBeGreaterThan(0);
  });

  it('asks again for tasks that nobody confirms, with growing pauses', () => {
    const first = new FakeCluster();
    first.put({ id: '/app' });
    first.advance(1000);
    const second = new FakeCluster({ store: first.store, startAt: first.clock.now() + 1, connect: false });
    second.post({ kind: 'scheduler.subscribed', frameworkId: 'F1' });
    const times: number[] = [];
    const start = second.clock.now();
    for (let ms = 0; ms < 8000; ms += 100) {
      const before = second.callsOf('RECONCILE').length;
      second.advance(100);
      if (second.callsOf('RECONCILE').length > before) times.push(second.clock.now() - start);
    }
    expect(second.callsOf('RECONCILE').length).toBeGreaterThanOrEqual(4);
    expect(times).toEqual([1000, 3000, 7000]);
  });

  it('survives a broken connection without touching anything', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app', instances: 2 });
    cluster.advance(1000);
    cluster.disconnect();
    cluster.put({ id: '/later' });
    cluster.advance(10_000);
    expect(cluster.running()).toHaveLength(2);
    cluster.connect();
    cluster.advance(5000);
    expect(cluster.running('/later')).toHaveLength(1);
    expect(cluster.running()).toHaveLength(2);
  });

  it('starts everything anew when the master has removed the framework', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app', instances: 2 });
    cluster.advance(1000);
    const before = cluster.running().map(({ task }) => task?.id);
    cluster.removeFramework('F2');
    expect(cluster.lastInfo?.id).toBeUndefined();
    cluster.connect();
    cluster.advance(10_000);
    expect(cluster.state.session.frameworkId).toBe('F2');
    expect(cluster.running()).toHaveLength(2);
    expect(cluster.running().map(({ task }) => task?.id)).not.toEqual(before);
  });

  it('gives up when another Marathon has taken over', () => {
    const cluster = new FakeCluster();
    cluster.post({ kind: 'scheduler.error', message: 'Framework failed over' });
    expect(cluster.resigned).toContain('another Marathon');
  });
});

describe('launches that go wrong', () => {
  it('wait again when the master refuses the call', () => {
    const cluster = new FakeCluster({ agents: [] });
    cluster.put({ id: '/app' });
    cluster.agents = [agent(1)];
    cluster.behaviour = () => [];
    cluster.advance(6000);
    const [call] = cluster.callsOf('ACCEPT');
    expect(cluster.instances()[0]?.condition).toBe('Provisioned');
    if (call) cluster.post({ kind: 'scheduler.refused', call, reason: 'HTTP 400' });
    expect(cluster.instances()[0]?.condition).toBe('Scheduled');
  });

  it('are killed when they take too long', () => {
    const cluster = new FakeCluster();
    let first = true;
    cluster.behaviour = () => {
      const states: [number, 'TASK_STAGING' | 'TASK_RUNNING'][] = [
        [10, first ? 'TASK_STAGING' : 'TASK_RUNNING'],
      ];
      first = false;
      return states;
    };
    cluster.put({ id: '/app' });
    cluster.advance(299_000);
    expect(cluster.callsOf('KILL')).toEqual([]);
    cluster.advance(20_000);
    expect(cluster.running()[0]?.incarnation).toBe(2);
  });
});

describe('what must always hold', () => {
  it('indexes follow the instances through a wild life', () => {
    const cluster = new FakeCluster();
    cluster.behaviour = ({ task_id }) => [
      [10, 'TASK_RUNNING'],
      ...(task_id.value.endsWith('1') ? ([[500, 'TASK_FAILED']] as [number, 'TASK_FAILED'][]) : []),
    ];
    for (let round = 0; round < 20; round++) {
      cluster.change(
        { put: [app({ instances: (round * 3) % 7, cmd: `run ${Math.floor(round / 4)}` })] },
        { force: true },
      );
      cluster.advance(700);
      for (const [id, instance] of cluster.state.instances) {
        expect(cluster.state.byApp.get(instance.appId)?.has(id)).toBe(true);
        const waits =
          instance.goal === 'Running' &&
          !isActive(instance.condition) &&
          instance.condition !== 'UnreachableInactive';
        expect(cluster.state.waiting.get(instance.appId)?.has(id) ?? false).toBe(waits);
      }
    }
    cluster.advance(60_000);
    expect(cluster.running()).toHaveLength(cluster.state.apps.get('/app')?.instances ?? -1);
  });
});
