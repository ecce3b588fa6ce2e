import { FakeCluster } from '../../fake-cluster';

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
