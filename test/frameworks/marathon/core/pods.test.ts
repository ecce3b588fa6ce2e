import type * as mesos from '../../../../cluster/api/generated/mesos';
import type { Pod } from '../../../../frameworks/marathon/api/pod';
import { checkMarathon } from '../../../../frameworks/marathon/core/instances/check-marathon';
import { tasksOf } from '../../../../frameworks/marathon/core/instances/tasks';
import { rehearse } from '../../../../frameworks/marathon/core/rehearsal';
import type { PodSpec } from '../../../../frameworks/marathon/core/state/run-spec';
import type { Instance } from '../../../../frameworks/marathon/core/state/state';
import { agent, FakeCluster } from '../fake-cluster';
import { container, type PodMembers, pod } from '../pods';

const BIG = agent(1, { disk: 10_000 });

function clusterWith(...pods: Pod[]): FakeCluster {
  const cluster = new FakeCluster({ agents: [BIG] });
  cluster.change({ putPods: pods });
  cluster.advance(100);
  return cluster;
}

function running(members: PodMembers = {}): FakeCluster {
  return clusterWith(pod(members));
}

function theInstance(cluster: FakeCluster): Instance {
  const [instance, ...others] = cluster.instances('/pod');
  if (!instance || others.length > 0) throw new Error(`${others.length + (instance ? 1 : 0)} instances`);
  return instance;
}

function specOf(cluster: FakeCluster): PodSpec {
  const spec = cluster.state.pods.get('/pod');
  if (!spec) throw new Error('the pod is gone');
  return spec;
}

function idsOf(instance: Instance): string[] {
  return tasksOf(instance).map(({ id }) => id);
}

function actionsOf(cluster: FakeCluster): unknown[] {
  return cluster.events
    .filter(({ eventType }) => eventType === 'deployment_info')
    .map(({ currentStep }) => (currentStep as { actions: unknown }).actions);
}

function conditions(cluster: FakeCluster): unknown[] {
  const changes = cluster.events.filter(({ eventType }) => eventType === 'instance_changed_event');
  return changes.map(({ condition }) => condition);
}

describe('a pod', () => {
  it('runs as a group of tasks, and its deployment ends', () => {
    const cluster = running();
    const instance = theInstance(cluster);
    expect(instance.condition).toBe('Running');
    expect(instance.task).toBeUndefined();
    expect(instance.tasks?.map((task) => task.container)).toEqual(['web', 'side']);
    expect(idsOf(instance)).toEqual([`${instance.id}.web.1`, `${instance.id}.side.1`]);
    expect(cluster.state.deployments.size).toBe(0);
    expect(actionsOf(cluster)).toEqual([
      [{ action: 'StartPod', pod: '/pod' }],
      [{ action: 'ScalePod', pod: '/pod' }],
    ]);
    const [operation] = cluster.callsOf('ACCEPT')[0]?.accept?.operations ?? [];
    expect(operation?.type).toBe('LAUNCH_GROUP');
    expect(checkMarathon(cluster.state)).toEqual([]);
  });

  it('is in the condition of the task that is furthest behind', () => {
    const cluster = new FakeCluster({ agents: [BIG] });
    cluster.behaviour = ({ name }) =>
      name === 'web'
        ? [[10, 'TASK_RUNNING']]
        : [
            [10, 'TASK_STARTING'],
            [50, 'TASK_RUNNING'],
          ];
    cluster.change({ putPods: [pod()] });
    cluster.advance(30);
    expect(theInstance(cluster).condition).toBe('Starting');
    cluster.advance(50);
    expect(conditions(cluster)).toEqual(['Scheduled', 'Provisioned', 'Starting', 'Running']);
  });

  it('goes on when one container has finished, and is launched anew when all have', () => {
    const cluster = running();
    const [web = '', side = ''] = idsOf(theInstance(cluster));
    cluster.update(web, 'TASK_FINISHED');
    expect(theInstance(cluster).condition).toBe('Running');
    cluster.update(side, 'TASK_FINISHED');
    expect(theInstance(cluster).condition).toBe('Finished');
    cluster.advance(10_000);
    expect(idsOf(theInstance(cluster))).toEqual([web, side].map((id) => id.replace(/1$/, '2')));
    expect(theInstance(cluster).condition).toBe('Running');
  });

  it('ends as a whole when a container fails, and is launched again once all have ended', () => {
    const cluster = running();
    const [web = '', side = ''] = idsOf(theInstance(cluster));
    cluster.killable = false;
    cluster.update(web, 'TASK_FAILED', { message: 'Command exited with status 1' });
    cluster.advance(10_000);
    expect(theInstance(cluster).condition).toBe('Failed');
    expect(idsOf(theInstance(cluster))).toEqual([web, side]);
    expect(cluster.callsOf('KILL').map(({ kill }) => kill?.task_id.value)).toEqual([side]);
    expect(cluster.state.failures.get('/pod')).toMatchObject({ taskId: web, state: 'TASK_FAILED' });
    cluster.update(side, 'TASK_KILLED');
    cluster.advance(10_000);
    expect(theInstance(cluster)).toMatchObject({ condition: 'Running', incarnation: 2 });
    expect(cluster.state.kills.size).toBe(0);
    expect(checkMarathon(cluster.state)).toEqual([]);
  });

  it('is launched again beside containers that cannot be reached after one has failed', () => {
    const cluster = running();
    const [web = '', side = ''] = idsOf(theInstance(cluster));
    cluster.killable = false;
    cluster.update(web, 'TASK_FAILED');
    cluster.update(side, 'TASK_UNREACHABLE');
    cluster.advance(10_000);
    expect(theInstance(cluster)).toMatchObject({ condition: 'Running', incarnation: 2 });
    expect(cluster.state.kills.size).toBe(0);
    cluster.update(side, 'TASK_RUNNING');
    expect(cluster.callsOf('KILL').map(({ kill }) => kill?.task_id.value)).toEqual([side, side]);
  });

  it('has a container killed that runs after it was gone', () => {
    const cluster = running();
    const [web = '', side = ''] = idsOf(theInstance(cluster));
    cluster.killable = false;
    for (const state of ['TASK_GONE', 'TASK_RUNNING'] as const)
      cluster.post({ kind: 'scheduler.update', status: { task_id: { value: web }, state } });
    expect(cluster.callsOf('KILL').map(({ kill }) => kill?.task_id.value)).toEqual([side, web]);
    expect(theInstance(cluster).condition).toBe('Gone');
  });

  it('delays its next launch once for each failure', () => {
    const cluster = running({
      scheduling: { backoff: { backoff: 60, backoffFactor: 2, maxLaunchDelay: 300 } },
    });
    const [web = ''] = idsOf(theInstance(cluster));
    cluster.update(web, 'TASK_FAILED');
    cluster.advance(30_000);
    expect(theInstance(cluster).incarnation).toBe(1);
    expect([...cluster.state.backoffs.values()]).toMatchObject([{ delayMs: 60_000 }]);
    cluster.advance(40_000);
    expect(theInstance(cluster)).toMatchObject({ condition: 'Running', incarnation: 2 });
  });

  it('keeps its constraints and its ports', () => {
    const cluster = new FakeCluster({ agents: [BIG, agent(2, { disk: 100 })] });
    const placement = {
      constraints: [{ fieldName: 'hostname', operator: 'UNIQUE' as const }],
      acceptedResourceRoles: [],
    };
    const endpoint = { name: 'http', hostPort: 31_005, protocol: ['tcp'], labels: {}, networkNames: [] };
    const containers = [container('web', { endpoints: [endpoint] })];
    cluster.change({ putPods: [pod({ instances: 3, containers, scheduling: { placement } })] });
    cluster.advance(20_000);
    const hosts = cluster.running('/pod').map(({ agent: place }) => place?.host);
    expect(hosts.sort()).toEqual(['host1', 'host2']);
    expect(
      cluster
        .running('/pod')
        .flatMap(tasksOf)
        .flatMap(({ hostPorts }) => hostPorts),
    ).toEqual([31_005, 31_005]);
    expect(cluster.state.queue.get('/pod')?.declined.get('UnfulfilledConstraint')).toBeGreaterThan(0);
    expect(checkMarathon(cluster.state)).toEqual([]);
  });
});

describe('changes of a pod', () => {
  it('scale it without a restart', () => {
    const cluster = running();
    const before = idsOf(theInstance(cluster));
    cluster.change({ putPods: [pod({ instances: 3 })] });
    cluster.advance(5000);
    expect(cluster.running('/pod')).toHaveLength(3);
    expect(cluster.instances('/pod').flatMap(idsOf)).toEqual(expect.arrayContaining(before));
    cluster.change({ putPods: [pod({ instances: 1 })] });
    cluster.advance(5000);
    expect(cluster.instances('/pod')).toHaveLength(1);
    expect(actionsOf(cluster).slice(2)).toEqual([
      [{ action: 'ScalePod', pod: '/pod' }],
      [{ action: 'ScalePod', pod: '/pod' }],
    ]);
    expect([...cluster.tasks.values()].filter(({ state }) => state === 'TASK_RUNNING')).toHaveLength(2);
  });

  it('replace its instances within the limits of the upgrade', () => {
    const limits = { upgrade: { minimumHealthCapacity: 1, maximumOverCapacity: 0.5 } };
    const cluster = running({ instances: 2, scheduling: limits });
    const old = cluster.instances('/pod').map(({ id }) => id);
    const changed = pod({ instances: 2, scheduling: limits, containers: [container('other')] });
    cluster.change({ putPods: [changed] });
    for (let step = 0; step < 100; step++) {
      cluster.advance(100);
      const up = cluster.running('/pod').length;
      expect(up === 2 || up === 3).toBe(true);
    }
    expect(cluster.state.deployments.size).toBe(0);
    expect(cluster.instances('/pod').filter(({ id }) => old.includes(id))).toEqual([]);
    expect(cluster.running('/pod').flatMap(({ tasks = [] }) => tasks.map((task) => task.container))).toEqual([
      'other',
      'other',
    ]);
  });

  it('without a difference leave it as it is, whatever version they name', () => {
    const cluster = running();
    const { id } = theInstance(cluster);
    const { version } = specOf(cluster);
    for (const named of ['', version, '2000-01-01T00:00:00.000Z'])
      cluster.change({ putPods: [{ ...pod(), version: named }] });
    cluster.advance(10_000);
    expect(theInstance(cluster).id).toBe(id);
    expect(specOf(cluster).version).toBe(version);
    expect(cluster.state.deployments.size).toBe(0);
  });

  it('of the choice of instances to kill, and of unreachable ones, restart nothing', () => {
    const cluster = running();
    const { id } = theInstance(cluster);
    const { version } = specOf(cluster);
    cluster.change({ putPods: [pod({ scheduling: { killSelection: 'OLDEST_FIRST' } })] });
    cluster.advance(10_000);
    expect(theInstance(cluster).id).toBe(id);
    expect(specOf(cluster).version).not.toBe(version);
    expect(specOf(cluster).pod.scheduling.killSelection).toBe('OLDEST_FIRST');
    expect(cluster.state.deployments.size).toBe(0);
  });

  it('remove it with all of its tasks', () => {
    const cluster = running({ instances: 2 });
    cluster.change({ removePods: ['/pod'] });
    cluster.advance(1000);
    expect(cluster.instances('/pod')).toEqual([]);
    expect(cluster.state.pods.size).toBe(0);
    expect(cluster.state.deployments.size).toBe(0);
    expect([...cluster.tasks.values()].map(({ state }) => state)).toEqual(Array(4).fill('TASK_KILLED'));
    expect(cluster.state.kills.size).toBe(0);
  });

  it('are refused where the original refuses them', () => {
    const cluster = running();
    expect(cluster.change({ putPods: [pod()] }, { create: true })).toMatchObject({
      refusal: { code: 'exists', message: 'A pod with id [/pod] already exists.' },
    });
    expect(cluster.change({ removePods: ['/none'] })).toMatchObject({
      refusal: { code: 'missing', message: "Pod '/none' does not exist" },
    });
    expect(cluster.put({ id: '/pod' })).toMatchObject({
      refusal: {
        details: [{ path: '/', errors: ['Applications and Pods may not share the same id'] }],
      },
    });
    cluster.put({ id: '/group/app' });
    expect(cluster.change({ putPods: [pod({ id: '/group' })] })).toMatchObject({
      refusal: { details: [{ errors: ['Groups and Pods may not have the same identifier.'] }] },
    });
  });

  it('wait for the apps that its group depends on', () => {
    const cluster = new FakeCluster({ agents: [BIG] });
    cluster.change({
      put: [],
      putGroups: [{ id: '/front', dependencies: ['/back'] }],
      putPods: [pod({ id: '/front/pod' }), pod({ id: '/back/pod' })],
    });
    cluster.advance(5000);
    expect(actionsOf(cluster).slice(1)).toEqual([
      [{ action: 'ScalePod', pod: '/back/pod' }],
      [{ action: 'ScalePod', pod: '/front/pod' }],
    ]);
  });

  it('are taken back with the old instances', () => {
    const cluster = running();
    const before = idsOf(theInstance(cluster));
    cluster.agents = [];
    cluster.change({ putPods: [pod({ containers: [container('other')] })] });
    cluster.advance(100);
    const [deployment] = cluster.state.deployments.keys();
    cluster.ask({ kind: 'api.cancel', deployment, force: false });
    cluster.advance(5000);
    expect(idsOf(theInstance(cluster))).toEqual(before);
    expect(cluster.state.pods.get('/pod')?.pod.containers).toHaveLength(2);
    expect(cluster.state.deployments.size).toBe(0);
  });
});

describe('the instances of a pod', () => {
  const healthCheck = {
    exec: { command: { shell: 'true' } },
    gracePeriodSeconds: 300,
    intervalSeconds: 60,
    maxConsecutiveFailures: 3,
    timeoutSeconds: 20,
    delaySeconds: 0,
  };

  it('hold a deployment back until Mesos reports that they are healthy', () => {
    const cluster = running({ containers: [container('web', { healthCheck }), container('side')] });
    const [web = ''] = idsOf(theInstance(cluster));
    expect(cluster.state.deployments.size).toBe(1);
    cluster.update(web, 'TASK_RUNNING', { healthy: true });
    expect(cluster.state.deployments.size).toBe(0);
    cluster.update(web, 'TASK_RUNNING', { healthy: false });
    const changes = cluster.events.filter(({ eventType }) => eventType === 'instance_health_changed_event');
    expect(changes.map(({ healthy }) => healthy)).toEqual([true, false]);
  });

  it('are killed at the request of an operator, with all containers', () => {
    const cluster = running();
    const { id } = theInstance(cluster);
    const [web = ''] = idsOf(theInstance(cluster));
    cluster.ask({ kind: 'api.kill', taskIds: [web], scale: false, wipe: false, force: false });
    cluster.advance(20_000);
    expect(theInstance(cluster)).toMatchObject({ id, condition: 'Running', incarnation: 2 });
    const all = idsOf(theInstance(cluster));
    cluster.ask({ kind: 'api.kill', taskIds: all, scale: false, wipe: true, force: false });
    cluster.advance(20_000);
    expect(theInstance(cluster).id).not.toBe(id);
    const [first = ''] = idsOf(theInstance(cluster));
    cluster.ask({ kind: 'api.kill', taskIds: [first], scale: true, wipe: false, force: false });
    cluster.advance(20_000);
    expect(cluster.instances('/pod')).toEqual([]);
    expect(cluster.state.pods.get('/pod')?.instances).toBe(0);
  });

  it('are inactive while unreachable, and may come back', () => {
    const strategy = { unreachableStrategy: { inactiveAfterSeconds: 10, expungeAfterSeconds: 600 } };
    const cluster = running({ scheduling: strategy });
    const first = theInstance(cluster);
    const ids = idsOf(first);
    for (const id of ids) cluster.update(id, 'TASK_UNREACHABLE');
    expect(first.condition).toBe('Unreachable');
    cluster.advance(11_000);
    expect(first.condition).toBe('UnreachableInactive');
    for (const id of ids) cluster.update(id, 'TASK_UNREACHABLE');
    expect(first.condition).toBe('UnreachableInactive');
    cluster.advance(5000);
    expect(cluster.running('/pod')).toHaveLength(1);
    for (const id of ids) cluster.update(id, 'TASK_RUNNING');
    cluster.advance(5000);
    expect(cluster.running('/pod')).toHaveLength(1);
  });

  it('go on in a new process, which reconciles each of their tasks', () => {
    const cluster = running({ instances: 2 });
    const ids = cluster.instances('/pod').flatMap(idsOf);
    const { store, tasks, clock } = cluster;
    const next = new FakeCluster({ agents: [BIG], store, tasks, startAt: clock.now() });
    next.advance(1000);
    const reconciled = next.callsOf('RECONCILE').flatMap(({ reconcile }) => reconcile?.tasks ?? []);
    expect(reconciled.map(({ task_id }) => task_id.value)).toEqual(expect.arrayContaining(ids));
    expect(next.running('/pod').flatMap(idsOf)).toEqual(ids);
    expect(next.state.pods).toEqual(cluster.state.pods);
    expect(next.callsOf('KILL')).toEqual([]);
    expect(next.callsOf('ACCEPT')).toEqual([]);
    expect(checkMarathon(next.state)).toEqual([]);
  });

  it('wait again when the master refuses their launch', () => {
    const cluster = new FakeCluster({ agents: [BIG] });
    cluster.behaviour = () => [];
    cluster.change({ putPods: [pod()] });
    cluster.advance(100);
    const [call] = cluster.callsOf('ACCEPT');
    if (call) cluster.post({ kind: 'scheduler.refused', call, reason: 'HTTP 400' });
    expect(theInstance(cluster)).toMatchObject({ condition: 'Scheduled', tasks: undefined });
  });
});

test('a plan tells where instances of a pod would start and stop', () => {
  const cluster = running({ instances: 2 });
  const [first] = cluster.instances('/pod');
  // The newest offer shows what is free.
  cluster.put({ id: '/waits', cpus: 100 });
  cluster.advance(10_000);
  const plan = (members: PodMembers) => {
    const change = { putPods: [pod(members)] };
    const result = rehearse(cluster.state, { change, force: false, now: cluster.clock.now() });
    if ('refusal' in result) throw new Error(JSON.stringify(result.refusal));
    return result;
  };
  const more = plan({ instances: 3 });
  expect(more).toMatchObject({ ends: true, start: [{ app: '/pod', agentId: 'S1' }], stop: [] });
  const other = plan({ instances: 1, containers: [container('other')] });
  expect(other.start).toHaveLength(1);
  expect(other.stop).toHaveLength(2);
  expect(other.stop).toContainEqual(expect.objectContaining({ instanceId: first?.id }));
  const huge = container('web', { resources: { cpus: 100, mem: 1, disk: 0, gpus: 0 } });
  expect(plan({ containers: [huge] }).wait).toMatchObject([
    { app: '/pod', refusals: [{ reasons: ['InsufficientCpus'] }] },
  ]);
  expect(cluster.running('/pod')).toHaveLength(2);
});

test('a task of a pod that Marathon does not know is killed', () => {
  const cluster = new FakeCluster({ agents: [] });
  const taskId = 'prod_pod.instance-00000000-0000-4000-8000-000000000000.web.1';
  const status: mesos.TaskStatus = { task_id: { value: taskId }, state: 'TASK_RUNNING' };
  cluster.post({ kind: 'scheduler.update', status });
  expect(cluster.callsOf('KILL').map(({ kill }) => kill?.task_id.value)).toEqual([taskId]);
  expect(cluster.events.at(-1)).toMatchObject({
    eventType: 'unknown_instance_kill_event',
    instanceId: taskId.replace('.web.1', ''),
    runSpecId: '/prod/pod',
  });
});
