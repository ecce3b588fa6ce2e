import { FakeCluster } from '../../fake-cluster';

describe('launches', () => {
  it('are killed when they take too long', () => {
    const cluster = new FakeCluster();
    let first = true;
    cluster.behaviour = () => {
      const states: [number, 'TASK_STAGING' | 'TASK_RUNNING'][] = [
        [10, first ? 'TASK_STAGING' : 'TASK_RUNNING'],
      ];
      first = false;
      return states;
    };
    cluster.put({ id: '/app' });
    cluster.advance(299_000);
    expect(cluster.callsOf('KILL')).toEqual([]);
    cluster.advance(20_000);
    expect(cluster.running()[0]?.incarnation).toBe(2);
  });
});
