import { FakeCluster } from '../../fake-cluster';

describe('a change', () => {
  it('is told to nobody before it is stored', () => {
    const cluster = new FakeCluster({ storeMs: 50 });
    cluster.advance(1000);
    cluster.events.length = 0;
    const calls = cluster.calls.length;
    expect(cluster.put({ id: '/app' })).toBeUndefined();
    cluster.advance(49);
    expect(cluster.events).toEqual([]);
    expect(cluster.calls.slice(calls).map(({ type }) => type)).not.toContain('ACCEPT');
    cluster.advance(1);
    expect(cluster.answers.size).toBe(1);
    cluster.advance(200);
    expect(cluster.running()).toHaveLength(1);
  });

  it('that cannot be stored ends Marathon with a reason', () => {
    const cluster = new FakeCluster();
    cluster.failedStores = true;
    cluster.put({ id: '/app' });
    expect(cluster.resigned).toContain('disk full');
    expect(cluster.answers.size).toBe(0);
  });
});
