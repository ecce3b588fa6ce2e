import { agent, FakeCluster } from '../../fake-cluster';
import { database, VolumeCluster } from '../../volume-cluster';

describe('launches', () => {
  it('wait again when the master refuses the call', () => {
    const cluster = new FakeCluster({ agents: [] });
    cluster.put({ id: '/app' });
    cluster.agents = [agent(1)];
    cluster.behaviour = () => [];
    cluster.advance(6000);
    const [call] = cluster.callsOf('ACCEPT');
    expect(cluster.instances()[0]?.condition).toBe('Provisioned');
    if (call) cluster.post({ kind: 'scheduler.refused', call, reason: 'HTTP 400' });
    expect(cluster.instances()[0]?.condition).toBe('Scheduled');
  });

  it('that the master refuses leave nothing of an instance that was to be stopped meanwhile', () => {
    const cluster = new FakeCluster();
    cluster.behaviour = () => [];
    cluster.killable = false;
    cluster.put({ id: '/app' });
    cluster.advance(6000);
    const [call] = cluster.callsOf('ACCEPT');
    cluster.change({ remove: ['/app'] }, { force: true });
    expect(cluster.instances()).toMatchObject([{ condition: 'Provisioned', goal: 'Decommissioned' }]);
    if (call) cluster.post({ kind: 'scheduler.refused', call, reason: 'connection lost' });
    const { deployments, kills } = cluster.state;
    expect([cluster.instances(), deployments.size, kills.size]).toEqual([[], 0, 0]);
  });

  it('of the next task of an instance can be killed, though the kill of the one before had no answer', () => {
    const cluster = new FakeCluster();
    cluster.behaviour = () => [];
    cluster.killable = false;
    cluster.put({ id: '/app' });
    cluster.advance(6000);
    const [call] = cluster.callsOf('ACCEPT');
    const kill = (): void => {
      const taskIds = cluster.instances().flatMap(({ task }) => task?.id ?? []);
      cluster.ask({ kind: 'api.kill', taskIds, scale: false, wipe: false, force: false });
    };
    kill();
    if (call) cluster.post({ kind: 'scheduler.refused', call, reason: 'connection lost' });
    cluster.advance(6000);
    kill();
    const [before, after] = cluster.callsOf('KILL').map(({ kill: { task_id } = {} }) => task_id?.value);
    expect([before?.endsWith('.1'), after?.endsWith('.2')]).toEqual([true, true]);
  });

  it('put each instance of UNIQUE on a host of its own, and the queue says why others wait', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app', instances: 4, constraints: [['hostname', 'UNIQUE']] });
    cluster.advance(20_000);
    expect(new Set(cluster.running().map(({ agent: place }) => place?.host))).toEqual(
      new Set(['host1', 'host2', 'host3']),
    );
    expect(cluster.instances()).toHaveLength(4);
    expect(cluster.state.queue.get('/app')?.declined.get('UnfulfilledConstraint')).toBeGreaterThan(0);
    cluster.agents.push(agent(4));
    cluster.advance(10_000);
    expect(cluster.running()).toHaveLength(4);
  });

  it('and reservations from one offer are at most as many as --max_instances_per_offer', () => {
    const cluster = new VolumeCluster();
    cluster.change({ put: [database({ instances: 8, portDefinitions: [] })] });
    cluster.advance(1.5);
    const counts = [...cluster.agents.keys()].map(
      (id) => cluster.instances().filter(({ agent: place }) => place?.agentId === id).length,
    );
    expect(counts).toEqual([5, 3]);
  });
});
