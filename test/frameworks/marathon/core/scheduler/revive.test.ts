import { agent, app, FakeCluster } from '../../fake-cluster';

describe('offers', () => {
  it('are suppressed again when everything runs', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app' });
    cluster.advance(100);
    expect(cluster.state.revive.suppressed).toBe(true);
  });

  const putFour = (cluster: FakeCluster): FakeCluster => {
    for (const id of ['/a', '/b', '/c', '/d']) cluster.put({ id });
    return cluster;
  };

  it('are asked for half a second later for an app that begins to wait after three others', () => {
    const cluster = putFour(new FakeCluster({ agents: [] }));
    expect(cluster.callsOf('REVIVE')).toHaveLength(3);
    expect(cluster.advance(499).callsOf('REVIVE')).toHaveLength(3);
    expect(cluster.advance(1).callsOf('REVIVE')).toHaveLength(4);
  });

  it('are asked for at the end of the interval for more instances of an app that waits', () => {
    const cluster = new FakeCluster({ agents: [] });
    for (const instances of [1, 2, 3, 4]) cluster.change({ put: [app({ instances })] }, { force: true });
    expect(cluster.advance(4999).callsOf('REVIVE')).toHaveLength(3);
    expect(cluster.advance(1).callsOf('REVIVE')).toHaveLength(4);
  });

  it('are asked for at the end of the interval on a cluster of very many agents', () => {
    const agents = Array.from({ length: 2001 }, (_unused, index) => agent(index, { cpus: 0.01 }));
    const cluster = putFour(new FakeCluster({ agents }));
    expect(cluster.advance(4999).callsOf('REVIVE')).toHaveLength(3);
    expect(cluster.advance(1).callsOf('REVIVE')).toHaveLength(4);
  });
});
