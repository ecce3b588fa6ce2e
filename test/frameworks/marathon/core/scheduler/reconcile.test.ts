import { FakeCluster } from '../../fake-cluster';

describe('a restart of Marathon', () => {
  it('asks again for tasks that nobody confirms, with growing pauses', () => {
    const first = new FakeCluster();
    first.put({ id: '/app' });
    first.advance(1000);
    const second = new FakeCluster({ store: first.store, startAt: first.clock.now() + 1, connect: false });
    second.post({ kind: 'scheduler.subscribed', frameworkId: 'F1' });
    const times: number[] = [];
    const start = second.clock.now();
    for (let ms = 0; ms < 8000; ms += 100) {
      const before = second.callsOf('RECONCILE').length;
      second.advance(100);
      if (second.callsOf('RECONCILE').length > before) times.push(second.clock.now() - start);
    }
    expect(second.callsOf('RECONCILE').length).toBeGreaterThanOrEqual(4);
    expect(times).toEqual([1000, 3000, 7000]);
  });
});
