import type * as mesos from '../../../../cluster/api/generated/mesos';
import { printInstance, printPodStatus } from '../../../../frameworks/marathon/views/pods';
import { agent, FakeCluster } from '../fake-cluster';
import { container, type PodMembers, pod } from '../pods';

interface Status {
  readonly status: string;
  readonly statusSince: string;
  readonly instances: readonly Record<string, unknown>[];
  readonly terminationHistory: readonly unknown[];
}

function clusterWith(members: PodMembers, state: mesos.TaskState = 'TASK_RUNNING'): FakeCluster {
  const cluster = new FakeCluster({ agents: [agent(1, { disk: 10_000 })] });
  cluster.behaviour = () => [[10, state]];
  cluster.change({ putPods: [pod(members)] });
  cluster.advance(100);
  return cluster;
}

function statusOf(cluster: FakeCluster): Status {
  const spec = cluster.state.pods.get('/pod');
  if (!spec) throw new Error('no pod');
  return printPodStatus(cluster.state, spec, cluster.clock.now()) as Status;
}

function taskOf(cluster: FakeCluster, name: string): string {
  const tasks = cluster.instances('/pod').flatMap((instance) => instance.tasks ?? []);
  return tasks.find((task) => task.container === name)?.id ?? '';
}

test('a pod is stable while all of its instances are, and each instance has its place and resources', () => {
  const cluster = clusterWith({ instances: 2 });
  const { status, instances } = statusOf(cluster);
  expect(status).toBe('STABLE');
  expect(instances).toHaveLength(2);
  expect(instances[0]).toMatchObject({
    status: 'STABLE',
    agentHostname: 'host1',
    agentId: 'S1',
    resources: { cpus: 0.3, mem: 96, disk: 10, gpus: 0 },
    networks: [],
    localVolumes: [],
    specReference: `/v2/pods/pod::versions/${cluster.state.pods.get('/pod')?.version}`,
    role: '*',
    conditions: [],
  });
});

it.each<[state: mesos.TaskState, instance: string]>([
  ['TASK_STARTING', 'STAGING'],
  ['TASK_RUNNING', 'STABLE'],
  ['TASK_UNREACHABLE', 'DEGRADED'],
])('an instance of tasks in %s is %s', (state, instance) => {
  const scheduling = { unreachableStrategy: 'disabled' as const };
  expect(statusOf(clusterWith({ scheduling }, state)).instances[0]).toMatchObject({ status: instance });
});

test('an instance that was launched is pending, and one without an agent is not shown', () => {
  const launched = new FakeCluster({ agents: [agent(1, { disk: 10_000 })] });
  launched.behaviour = () => [];
  launched.change({ putPods: [pod()] });
  launched.advance(100);
  expect(statusOf(launched)).toMatchObject({ status: 'DEGRADED', instances: [{ status: 'PENDING' }] });
  const waiting = new FakeCluster({ agents: [] });
  waiting.change({ putPods: [pod()] });
  expect(statusOf(waiting)).toMatchObject({ status: 'DEGRADED', instances: [] });
});

test('a pod of no instance is stable since now', () => {
  const cluster = clusterWith({ instances: 0 });
  expect(statusOf(cluster)).toMatchObject({
    status: 'STABLE',
    statusSince: new Date(cluster.clock.now()).toISOString(),
  });
});

test('a container that Mesos calls unhealthy makes its pod degraded', () => {
  const times = {
    gracePeriodSeconds: 1,
    intervalSeconds: 1,
    maxConsecutiveFailures: 1,
    timeoutSeconds: 1,
    delaySeconds: 1,
  };
  const healthCheck = { ...times, exec: { command: { shell: 'true' } } };
  const cluster = clusterWith({ containers: [container('web', { healthCheck }), container('side')] });
  const unhealthy = { status: 'DEGRADED', instances: [{ message: 'at least one container is not healthy' }] };
  expect(statusOf(cluster)).toMatchObject(unhealthy);
  cluster.update(taskOf(cluster, 'web'), 'TASK_RUNNING', { healthy: true });
  expect(statusOf(cluster)).toMatchObject({ status: 'STABLE', instances: [{ status: 'STABLE' }] });
});

test('the last failure is shown while the instance has its task, with the end of each container', () => {
  const cluster = clusterWith({});
  const web = taskOf(cluster, 'web');
  cluster.update(web, 'TASK_FAILED', { message: 'exit 1' });
  expect(statusOf(cluster)).toMatchObject({
    terminationHistory: [
      { message: 'exit 1', containers: [{ containerId: web, lastKnownState: 'TASK_FAILED' }] },
    ],
    instances: [{ status: 'TERMINAL' }],
  });
  cluster.advance(20_000);
  expect(statusOf(cluster)).toMatchObject({ status: 'STABLE', terminationHistory: [] });
});

test('the addresses of an instance are those of its containers, by network', () => {
  const cluster = clusterWith({});
  const addressed = (...ids: string[]) => ids.map((ip_address) => ({ ip_address }));
  const network_infos = [
    { name: 'one', ip_addresses: addressed('9.0.0.1') },
    { name: 'two', ip_addresses: addressed('9.1.0.1', '9.1.0.2') },
    { ip_addresses: addressed('10.0.0.1') },
  ];
  for (const name of ['web', 'side'])
    cluster.update(taskOf(cluster, name), 'TASK_RUNNING', { container_status: { network_infos } });
  expect(statusOf(cluster).instances[0]?.['networks']).toEqual([
    { name: 'one', addresses: ['9.0.0.1'] },
    { name: 'two', addresses: ['9.1.0.1', '9.1.0.2'] },
    { addresses: ['10.0.0.1'] },
  ]);
});

test('an instance in the answer to a kill has its state, its agent and its strategy', () => {
  const cluster = clusterWith({});
  const [instance] = cluster.instances('/pod');
  if (!instance) throw new Error('no instance');
  expect(printInstance(cluster.state, instance)).toMatchObject({
    instanceId: instance.id,
    state: {
      condition: 'Running',
      goal: 'Running',
      since: expect.any(String),
      activeSince: expect.any(String),
    },
    agentInfo: { host: 'host1', agentId: 'S1', attributes: [] },
    runSpecVersion: instance.version,
    unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
  });
});
