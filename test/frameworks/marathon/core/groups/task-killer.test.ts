import { FakeCluster } from '../../fake-cluster';

describe('kills by an operator', () => {
  it('keep the instance; wipe replaces it, scale lowers the number', () => {
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
