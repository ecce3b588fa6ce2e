import { FakeCluster } from '../../fake-cluster';

describe('offers', () => {
  it('are suppressed again when everything runs', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app' });
    cluster.advance(100);
    expect(cluster.state.revive.suppressed).toBe(true);
  });
});
