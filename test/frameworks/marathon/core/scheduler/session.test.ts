import { FakeCluster } from '../../fake-cluster';

describe('the session with the master', () => {
  it('survives a broken connection without touching anything', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app', instances: 2 });
    cluster.advance(1000);
    cluster.disconnect();
    cluster.put({ id: '/later' });
    cluster.advance(10_000);
    expect(cluster.running()).toHaveLength(2);
    cluster.connect();
    cluster.advance(5000);
    expect(cluster.running('/later')).toHaveLength(1);
    expect(cluster.running()).toHaveLength(2);
  });

  it('starts everything anew when the master has removed the framework', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app', instances: 2 });
    cluster.advance(1000);
    const before = cluster.running().map(({ task }) => task?.id);
    cluster.removeFramework('F2');
    expect(cluster.lastInfo?.id).toBeUndefined();
    cluster.connect();
    cluster.advance(10_000);
    expect(cluster.state.session.frameworkId).toBe('F2');
    expect(cluster.running()).toHaveLength(2);
    expect(cluster.running().map(({ task }) => task?.id)).not.toEqual(before);
  });

  it('gives up when another Marathon has taken over', () => {
    const cluster = new FakeCluster();
    cluster.post({ kind: 'scheduler.error', message: 'Framework failed over' });
    expect(cluster.resigned).toContain('another Marathon');
  });
});
