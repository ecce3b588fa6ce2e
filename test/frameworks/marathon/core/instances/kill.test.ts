import { FakeCluster } from '../../fake-cluster';

describe('kills', () => {
  it('are repeated until they are answered', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app' });
    cluster.advance(1000);
    cluster.killable = false;
    cluster.change({ remove: ['/app'] });
    cluster.advance(65_000);
    expect(cluster.callsOf('KILL')).toHaveLength(3);
    cluster.killable = true;
    cluster.advance(30_000);
    expect(cluster.instances()).toEqual([]);
  });
});
