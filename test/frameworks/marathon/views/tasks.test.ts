import { countedTasksOf, printTask, tasksOf } from '../../../../frameworks/marathon/views/tasks';
import { FakeCluster } from '../fake-cluster';

const CHECK = { protocol: 'HTTP', path: '/', gracePeriodSeconds: 1, intervalSeconds: 5, timeoutSeconds: 1 };

function start(members: Record<string, unknown>): FakeCluster {
  const cluster = new FakeCluster({ startAt: Date.parse('2030-01-01T00:00:00.000Z') });
  cluster.put({ instances: 1, ...members });
  return cluster.advance(2000);
}

const printed = (cluster: FakeCluster): Record<string, unknown>[] =>
  tasksOf(cluster.state, '/app').map((instance) => printTask(cluster.state, instance));

describe('a task', () => {
  it('is shown with its place, its ports and its times', () => {
    const cluster = start({ portDefinitions: [{ port: 12_345 }] });
    const [instance] = cluster.instances();
    const [task] = printed(cluster);
    expect(task).toMatchObject({
      id: instance?.task?.id,
      appId: '/app',
      state: 'TASK_RUNNING',
      host: instance?.agent?.host,
      slaveId: instance?.agent?.agentId,
      ports: instance?.task?.hostPorts,
      servicePorts: [12_345],
      localVolumes: [],
      healthCheckResults: [],
    });
    expect(Date.parse(String(task?.['startedAt']))).toBeGreaterThan(Date.parse(String(task?.['stagedAt'])));
  });

  it('that waits for an offer is none', () => {
    const cluster = new FakeCluster({ agents: [] });
    cluster.put({ instances: 1 });
    expect([cluster.instances().length, printed(cluster)]).toEqual([1, []]);
  });

  it('that has ended is shown without times, ports and version until it is launched again', () => {
    const cluster = start({ portDefinitions: [{ port: 12_345 }], backoffSeconds: 60 });
    cluster.update(cluster.instances()[0]?.task?.id ?? '', 'TASK_FAILED');
    const [task] = printed(cluster);
    expect(task).toMatchObject({ state: 'TASK_FAILED', host: 'host1', ports: [] });
    expect([task?.['stagedAt'], task?.['startedAt'], task?.['version']]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(countedTasksOf(cluster.state, '/app')).toEqual([]);
  });

  it('of an inactive instance is shown beside its replacement', () => {
    const cluster = start({ unreachableStrategy: { inactiveAfterSeconds: 1, expungeAfterSeconds: 600 } });
    cluster.update(cluster.instances()[0]?.task?.id ?? '', 'TASK_UNREACHABLE');
    cluster.advance(5000);
    expect(printed(cluster).map(({ state }) => state)).toEqual(['TASK_UNREACHABLE', 'TASK_RUNNING']);
    expect(printed(cluster)[0]?.['startedAt']).toBeDefined();
  });

  it('shows the results of its health checks once there are some', () => {
    const cluster = start({ portDefinitions: [{ port: 0 }], healthChecks: [CHECK] });
    const [instance] = cluster.instances();
    expect(printed(cluster)[0]?.['healthCheckResults']).toEqual([
      expect.objectContaining({
        alive: true,
        consecutiveFailures: 0,
        lastSuccess: expect.any(String),
        instanceId: `instance [${instance?.id}]`,
      }),
    ]);
    cluster.probeResult = () => ({ ok: false, cause: 'refused' });
    cluster.advance(5000);
    expect(printed(cluster)[0]?.['healthCheckResults']).toEqual([
      expect.objectContaining({ alive: false, consecutiveFailures: 1, lastFailureCause: 'refused' }),
    ]);
  });
});
