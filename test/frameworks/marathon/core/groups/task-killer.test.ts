import { FakeCluster } from '../../fake-cluster';
import { database, VolumeCluster } from '../../volume-cluster';

describe('kills by an operator', () => {
  it('keep the instance; wipe replaces it, scale lowers the number', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app', instances: 2 });
    cluster.advance(1000);
    const kill = (more: object) =>
      cluster.ask({
        kind: 'api.kill',
        taskIds: [cluster.running()[0]?.task?.id],
        scale: false,
        wipe: false,
        force: false,
        ...more,
      });
    const before = cluster.instances().map(({ id }) => id);
    kill({});
    cluster.advance(1000);
    expect(cluster.instances().map(({ id }) => id)).toEqual(before);
    expect(cluster.running()).toHaveLength(2);
    kill({ wipe: true });
    cluster.advance(1000);
    expect(cluster.instances().map(({ id }) => id)).not.toEqual(before);
    expect(cluster.running()).toHaveLength(2);
    expect(kill({ scale: true })).toMatchObject({ ok: true, deployment: expect.any(String) });
    cluster.advance(1000);
    expect(cluster.running()).toHaveLength(1);
    expect(cluster.state.apps.get('/app')?.instances).toBe(1);
  });

  it('replace an instance that cannot be reached', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app', unreachableStrategy: 'disabled' });
    cluster.advance(5000);
    const [before] = cluster.running();
    const [id = ''] = [before?.task?.id];
    cluster.update(id, 'TASK_UNREACHABLE');
    cluster.advance(5000);
    expect(cluster.instances()).toMatchObject([{ id: before?.id, condition: 'Unreachable' }]);
    cluster.ask({ kind: 'api.kill', taskIds: [id], scale: false, wipe: false, force: false });
    cluster.advance(5000);
    expect(cluster.running().map((after) => after.id === before?.id)).toEqual([false]);
    expect(cluster.callsOf('KILL')).toEqual([]);
  });

  it('leave an instance with volumes that cannot be reached as it is', () => {
    const cluster = new VolumeCluster();
    cluster.change({ put: [database()] });
    cluster.advance(5);
    const [before] = cluster.running();
    const agentId = before?.agent?.agentId ?? '';
    cluster.setAway(agentId, true);
    cluster.kill(before);
    cluster.advance(60);
    expect(cluster.state.kills.size).toBe(0);
    cluster.setAway(agentId, false);
    cluster.advance(5);
    expect(cluster.running()).toMatchObject([{ id: before?.id, incarnation: 1 }]);
  });
});
