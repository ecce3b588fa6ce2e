import { countsOf, type Embed, printAppInfo } from '../../../../frameworks/marathon/views/apps';
import { tasksOf } from '../../../../frameworks/marathon/views/tasks';
import { FakeCluster } from '../fake-cluster';

function info(cluster: FakeCluster, ...embed: Embed[]): Record<string, unknown> {
  const app = cluster.state.apps.get('/app');
  if (!app) throw new Error('no app');
  return printAppInfo(cluster.state, app, new Set(embed), cluster.clock.now()) as Record<string, unknown>;
}

const CHECK = { protocol: 'HTTP', path: '/', gracePeriodSeconds: 1, intervalSeconds: 5, timeoutSeconds: 1 };

test('an app counts its tasks by state and health', () => {
  const cluster = new FakeCluster();
  let launches = 0;
  cluster.behaviour = () => (launches++ < 2 ? [[10, 'TASK_RUNNING']] : []);
  cluster.put({ instances: 3, portDefinitions: [{ port: 0 }], healthChecks: [CHECK] });
  cluster.advance(3000);
  expect(info(cluster, 'counts')).toMatchObject({
    tasksStaged: 1,
    tasksRunning: 2,
    tasksHealthy: 2,
    tasksUnhealthy: 0,
  });
  cluster.probeResult = () => ({ ok: false, cause: 'refused' });
  cluster.advance(5000);
  const app = cluster.state.apps.get('/app');
  expect(app && countsOf(cluster.state, app, tasksOf(cluster.state, '/app'))).toMatchObject({
    tasksHealthy: 0,
    tasksUnhealthy: 2,
  });
});

test('an app shows only what the request embeds', () => {
  const cluster = new FakeCluster();
  cluster.behaviour = () => [];
  cluster.put({ instances: 1 });
  cluster.advance(1000);
  const bare = info(cluster);
  for (const name of ['tasks', 'deployments', 'tasksStaged', 'lastTaskFailure', 'tasksStats'])
    expect(bare).not.toHaveProperty(name);
  expect(info(cluster, 'tasks')).toMatchObject({ tasks: [{ state: 'TASK_STAGING' }], deployments: [{}] });
});

test('the last failure is shown when there was one', () => {
  const cluster = new FakeCluster();
  cluster.put({ instances: 1 });
  cluster.advance(1000);
  expect(info(cluster, 'lastTaskFailure')).not.toHaveProperty('lastTaskFailure');
  const taskId = cluster.instances()[0]?.task?.id ?? '';
  cluster.update(taskId, 'TASK_FAILED', { message: 'exit 3' });
  expect(info(cluster, 'lastTaskFailure')).toMatchObject({
    lastTaskFailure: { taskId, state: 'TASK_FAILED', message: 'exit 3' },
  });
});

test('statistics tell tasks of the current configuration from those of an older one', () => {
  const cluster = new FakeCluster();
  cluster.put({ instances: 2 });
  cluster.advance(10_000);
  cluster.killable = false;
  cluster.put({
    instances: 2,
    cmd: 'another',
    upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
  });
  cluster.advance(5000);
  const { tasksStats } = info(cluster, 'taskStats') as {
    tasksStats: Record<
      string,
      { stats: { counts: { running: number }; lifeTime: { averageSeconds: number } } }
    >;
  };
  expect(
    Object.fromEntries(Object.entries(tasksStats).map(([name, { stats }]) => [name, stats.counts.running])),
  ).toEqual({
    startedAfterLastScaling: 2,
    withLatestConfig: 2,
    withOutdatedConfig: 2,
    totalSummary: 4,
  });
  expect(tasksStats['withOutdatedConfig']?.stats.lifeTime.averageSeconds).toBeGreaterThan(10);
  expect(tasksStats['withLatestConfig']?.stats.lifeTime.averageSeconds).toBeLessThan(10);
});
