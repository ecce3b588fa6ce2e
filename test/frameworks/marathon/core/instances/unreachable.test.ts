import { FakeCluster } from '../../fake-cluster';

describe('tasks on agents that are unreachable', () => {
  it('are replaced when they are lost', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app' });
    cluster.advance(1000);
    const [first] = cluster.running();
    cluster.update(first?.task?.id ?? '', 'TASK_UNREACHABLE');
    cluster.advance(1000);
    const [second] = cluster.running();
    expect(second?.id).not.toBe(first?.id);
    expect(cluster.instances()).toHaveLength(1);
  });

  it('are waited for when the app says so', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app', unreachableStrategy: { inactiveAfterSeconds: 60, expungeAfterSeconds: 600 } });
    cluster.advance(1000);
    const taskId = cluster.running()[0]?.task?.id ?? '';
    cluster.update(taskId, 'TASK_UNREACHABLE');
    cluster.advance(59_000);
    expect(cluster.instances().map(({ condition }) => condition)).toEqual(['Unreachable']);
    cluster.advance(2000);
    expect(cluster.instances().map(({ condition }) => condition)).toEqual(['UnreachableInactive', 'Running']);
    cluster.advance(700_000);
    expect(cluster.instances()).toHaveLength(1);
    cluster.update(taskId, 'TASK_RUNNING');
    cluster.advance(100);
    expect(cluster.tasks.get(taskId)?.state).toBe('TASK_KILLED');
    expect(cluster.running()).toHaveLength(1);
  });
});
