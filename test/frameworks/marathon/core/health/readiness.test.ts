import { app, FakeCluster } from '../../fake-cluster';

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

  it.each([
    ['was cancelled', (cluster: FakeCluster) => cancelAll(cluster)],
    [
      'could not see its task',
      (cluster: FakeCluster) => {
        const [id = ''] = cluster.running().flatMap(({ task }) => task?.id ?? []);
        cluster.update(id, 'TASK_UNREACHABLE');
        cluster.advance(5000);
        cluster.update(id, 'TASK_RUNNING');
      },
    ],
  ])('go on after a deployment %s', (_name, interrupt) => {
    const cluster = new FakeCluster();
    let ready = false;
    cluster.probeResult = () => (ready ? { ok: true } : { ok: false, cause: 'HTTP status 503' });
    const wanted = {
      id: '/app',
      portDefinitions: [{ port: 0, name: 'http-api' }],
      readinessChecks: [{ intervalSeconds: 2, timeoutSeconds: 1 }],
      unreachableStrategy: 'disabled',
    };
    cluster.put(wanted);
    cluster.advance(5000);
    interrupt(cluster);
    cluster.advance(10_000);
    ready = true;
    cluster.change({ put: [app({ ...wanted, instances: 2 })] }, { force: true });
    cluster.advance(20_000);
    expect([cluster.running().length, cluster.state.deployments.size]).toEqual([2, 0]);
  });
});

function cancelAll(cluster: FakeCluster): void {
  for (const deployment of cluster.state.deployments.keys())
    cluster.ask({ kind: 'api.cancel', deployment, force: true });
}
