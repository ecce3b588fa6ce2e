import { FakeCluster } from '../../fake-cluster';

describe('a deployment', () => {
  it('of a new app launches it at once and succeeds, with events in the order users rely on', () => {
    const cluster = new FakeCluster();
    cluster.advance(5000);
    expect(cluster.callsOf('SUPPRESS')).toHaveLength(1);
    cluster.events.length = 0;
    const before = cluster.clock.now();
    const answer = cluster.put({ id: '/app', instances: 2 });
    expect(answer).toMatchObject({ ok: true });
    expect(cluster.state.deployments.size).toBe(1);
    cluster.advance(5);
    expect(cluster.callsOf('ACCEPT').length).toBeGreaterThan(0);
    expect(cluster.clock.now() - before).toBeLessThan(10);
    cluster.advance(1000);
    expect(cluster.running()).toHaveLength(2);
    expect(cluster.state.deployments.size).toBe(0);
    const seen = cluster.eventTypes().filter((type) => type !== 'instance_changed_event');
    expect(seen).toEqual([
      'group_change_success',
      'deployment_info',
      'deployment_step_success',
      'deployment_info',
      'status_update_event',
      'status_update_event',
      'deployment_step_success',
      'deployment_success',
    ]);
  });

  it('succeeds only when the health checks of its app pass', () => {
    const cluster = new FakeCluster();
    let healthy = false;
    cluster.probeResult = () => (healthy ? { ok: true } : { ok: false, cause: 'refused' });
    cluster.put({ id: '/app', healthChecks: [{ path: '/' }] });
    cluster.advance(700);
    expect(cluster.running()).toHaveLength(1);
    expect(cluster.state.deployments.size).toBe(1);
    healthy = true;
    cluster.advance(1000);
    expect(cluster.state.deployments.size).toBe(0);
    expect(cluster.eventTypes()).toContain('health_status_changed_event');
    expect(cluster.eventTypes()).toContain('instance_health_changed_event');
  });

  it('does not wait for instances that are given up for unreachable', () => {
    const cluster = new FakeCluster();
    const unreachableStrategy = { inactiveAfterSeconds: 1, expungeAfterSeconds: 6000 };
    cluster.put({ id: '/app', unreachableStrategy });
    cluster.advance(1000);
    cluster.update(cluster.running()[0]?.task?.id ?? '', 'TASK_UNREACHABLE');
    cluster.advance(5000);
    cluster.put({ id: '/app', instances: 2, unreachableStrategy });
    cluster.advance(5000);
    expect(cluster.instances().map(({ condition }) => condition)).toEqual([
      'UnreachableInactive',
      'Running',
      'Running',
    ]);
    expect(cluster.state.deployments.size).toBe(0);
  });

  it('starts dependencies one layer after the other', () => {
    const cluster = new FakeCluster();
    cluster.behaviour = () => [[5000, 'TASK_RUNNING']];
    cluster.put({ id: '/web', dependencies: ['/db'] }, { id: '/db' });
    cluster.advance(3000);
    expect(cluster.instances('/db')).toHaveLength(1);
    expect(cluster.instances('/web')).toHaveLength(0);
    cluster.advance(9000);
    expect(cluster.running('/web')).toHaveLength(1);
    expect(cluster.put({ id: '/db', dependencies: ['/web'] })).toMatchObject({
      refusal: { code: 'invalid', details: [{ errors: ['Dependency graph has cyclic dependencies.'] }] },
    });
  });
});

describe('removal', () => {
  it('kills all instances and tells', () => {
    const cluster = new FakeCluster();
    cluster.put({ id: '/app', instances: 3 });
    cluster.advance(1000);
    cluster.change({ remove: ['/app'] });
    cluster.advance(1000);
    expect(cluster.instances()).toEqual([]);
    expect(cluster.state.deployments.size).toBe(0);
    expect(cluster.eventTypes()).toContain('app_terminated_event');
    expect([...cluster.tasks.values()].every(({ state }) => state === 'TASK_KILLED')).toBe(true);
  });
});
