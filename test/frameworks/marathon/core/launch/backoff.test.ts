import { FakeCluster } from '../../fake-cluster';

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
});
