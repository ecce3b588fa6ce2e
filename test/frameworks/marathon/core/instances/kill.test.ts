import { agent, FakeCluster } from '../../fake-cluster';
import { pod } from '../../pods';

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

test('a pod of which one task was gone already is launched again after the removal of the framework', () => {
  const cluster = new FakeCluster({ agents: [agent(1, { disk: 10_000 })] });
  cluster.change({ putPods: [pod()] });
  cluster.advance(5000);
  cluster.killable = false;
  const [first] = cluster.instances('/pod')[0]?.tasks ?? [];
  const status = { task_id: { value: first?.id ?? '' }, state: 'TASK_GONE' } as const;
  cluster.post({ kind: 'scheduler.update', status });
  expect(cluster.instances('/pod')).toMatchObject([{ condition: 'Gone' }]);
  cluster.removeFramework('F2');
  cluster.connect();
  cluster.advance(60_000);
  expect(cluster.instances('/pod')).toMatchObject([{ condition: 'Running' }]);
});
