import { FakeCluster } from '../../fake-cluster';

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
