import { FakeCluster } from '../fake-cluster';

describe('a restart of Marathon', () => {
  it('finds the same apps and adopts running tasks', () => {
    const first = new FakeCluster();
    first.put({ id: '/app', instances: 3, healthChecks: [{ path: '/' }] });
    first.advance(5000);
    const tasks = first.running().map(({ task }) => task?.id);
    const second = new FakeCluster({
      store: first.store,
      startAt: first.clock.now() + 1000,
      tasks: first.tasks,
    });
    expect(second.lastInfo?.id).toEqual({ value: 'F1' });
    second.advance(20_000);
    expect(
      second
        .running()
        .map(({ task }) => task?.id)
        .sort(),
    ).toEqual([...tasks].sort());
    expect(second.state.apps.get('/app')).toEqual(first.state.apps.get('/app'));
    expect(second.callsOf('KILL')).toEqual([]);
    expect(second.callsOf('ACCEPT')).toEqual([]);
    expect(second.state.unconfirmed.size).toBe(0);
    expect(second.eventTypes()).toContain('scheduler_reregistered_event');
  });

  it('replaces tasks that ended meanwhile and goes on with deployments', () => {
    const first = new FakeCluster({ agents: [] });
    first.put({ id: '/app', instances: 2 });
    expect(first.state.deployments.size).toBe(1);
    const second = new FakeCluster({ store: first.store, startAt: first.clock.now() + 1000 });
    second.advance(5000);
    expect(second.running()).toHaveLength(2);
    expect(second.state.deployments.size).toBe(0);
    const third = new FakeCluster({ store: second.store, startAt: second.clock.now() + 1000 });
    third.advance(20_000);
    expect(third.running()).toHaveLength(2);
    expect(third.callsOf('ACCEPT').length).toBeGreaterThan(0);
  });
});
