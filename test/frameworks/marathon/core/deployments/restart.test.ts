import fc from 'fast-check';
import { restartLimits } from '../../../../../frameworks/marathon/core/deployments/restart';
import { isActive } from '../../../../../frameworks/marathon/core/instances/conditions';
import { app, FakeCluster } from '../../fake-cluster';

describe('restartLimits', () => {
  it.each([
    [4, 1, 1, 4, 8],
    [4, 1, 0, 4, 5],
    [4, 0.5, 0, 2, 4],
    [3, 0.5, 0.5, 2, 4],
    [10, 0.7, 0.1, 7, 11],
    [1, 1, 0, 1, 2],
    [1, 0, 0, 0, 1],
  ])('of %d instances with %d/%d are %d and %d', (instances, min, over, minHealthy, capacity) => {
    const strategy = { minimumHealthCapacity: min, maximumOverCapacity: over };
    expect(restartLimits(app({ instances, upgradeStrategy: strategy }))).toEqual({ minHealthy, capacity });
  });

  it('never doubles a single instance', () => {
    const single = { labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' } };
    expect(restartLimits(app(single))).toEqual({ minHealthy: 0, capacity: 1 });
  });
});

describe('a rolling restart', () => {
  it('keeps at least minHealthy healthy and at most capacity there, and ends with new instances only', () => {
    const input = fc.record({
      instances: fc.integer({ min: 1, max: 7 }),
      minimumHealthCapacity: fc.constantFrom(0, 0.3, 0.5, 1),
      maximumOverCapacity: fc.constantFrom(0, 0.3, 1),
      startMs: fc.integer({ min: 1, max: 3000 }),
      healthyMs: fc.integer({ min: 0, max: 3000 }),
      checked: fc.boolean(),
    });
    fc.assert(fc.property(input, roll), { numRuns: 60 });
  });

  it('replaces broken instances at once, however few are healthy', () => {
    const cluster = new FakeCluster();
    cluster.probeResult = () => ({ ok: false, cause: 'refused' });
    const checks = [{ path: '/', gracePeriodSeconds: 0, intervalSeconds: 1, maxConsecutiveFailures: 0 }];
    cluster.put({ instances: 3, cmd: 'broken', healthChecks: checks });
    cluster.advance(10_000);
    cluster.probeResult = (_probe, id) =>
      cluster.state.instances.get(id)?.version === cluster.state.apps.get('/app')?.version
        ? { ok: true }
        : { ok: false, cause: 'refused' };
    cluster.change({ put: [app({ instances: 3, cmd: 'fixed', healthChecks: checks })] }, { force: true });
    cluster.advance(20_000);
    expect(cluster.state.deployments.size).toBe(0);
    expect(cluster.running()).toHaveLength(3);
  });

  it('happens when labels change, too', () => {
    const cluster = new FakeCluster();
    cluster.put({ labels: { a: '1' } });
    cluster.advance(1000);
    const [before] = cluster.running();
    cluster.put({ labels: { a: '2' } });
    cluster.advance(3000);
    expect(cluster.running()[0]?.id).not.toBe(before?.id);
  });

  it('happens on request', () => {
    const cluster = new FakeCluster();
    cluster.put({ instances: 2 });
    cluster.advance(1000);
    const before = cluster.running().map(({ id }) => id);
    cluster.change({ restart: ['/app'] });
    cluster.advance(5000);
    expect(cluster.running()).toHaveLength(2);
    expect(cluster.running().some(({ id }) => before.includes(id))).toBe(false);
  });

  it('goes on after Marathon was restarted in the middle', () => {
    const first = new FakeCluster();
    first.behaviour = () => [[2000, 'TASK_RUNNING']];
    first.put({ instances: 4, upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 0 } });
    first.advance(5000);
    first.put({
      instances: 4,
      cmd: 'new',
      upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 0 },
    });
    first.advance(5000);
    expect(first.state.deployments.size).toBe(1);
    // Tasks that were being started come up while nobody listens.
    for (const task of first.tasks.values()) if (task.state === 'TASK_STAGING') task.state = 'TASK_RUNNING';
    const second = new FakeCluster({
      store: first.store,
      startAt: first.clock.now() + 500,
      tasks: first.tasks,
    });
    second.behaviour = first.behaviour;
    second.advance(60_000);
    expect(second.state.deployments.size).toBe(0);
    const version = second.state.apps.get('/app')?.version;
    expect(second.running().map((instance) => instance.version)).toEqual([
      version,
      version,
      version,
      version,
    ]);
  });
});

test('old instances that do not work stop first, and of the healthy ones as many as may', () => {
  const cluster = new FakeCluster();
  const checks = [{ path: '/', gracePeriodSeconds: 0, intervalSeconds: 1, maxConsecutiveFailures: 0 }];
  const members = { instances: 5, healthChecks: checks, upgradeStrategy: { minimumHealthCapacity: 0.4 } };
  cluster.put({ ...members, cmd: 'old' });
  cluster.advance(5000);
  const [first, second, , , last] = cluster.instances().map(({ id }) => id);
  cluster.probeResult = (_probe, id) => (id === last ? { ok: false, cause: 'refused' } : { ok: true });
  cluster.advance(3000);
  cluster.killable = false;
  cluster.change({ put: [app({ ...members, cmd: 'new' })] }, { force: true });
  const stopping = cluster.instances().filter(({ goal }) => goal === 'Decommissioned');
  expect(stopping.map(({ id }) => id)).toEqual([first, second, last]);
});

test('an old instance that does not run yet stands for no healthy one', () => {
  const cluster = new FakeCluster();
  let launches = 0;
  cluster.behaviour = () => (++launches === 2 ? [] : [[launches > 2 ? 5000 : 10, 'TASK_RUNNING']]);
  const upgradeStrategy = { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 };
  cluster.put({ instances: 2, cmd: 'old', upgradeStrategy });
  cluster.advance(3000);
  const [old] = cluster.running();
  cluster.change({ put: [app({ instances: 2, cmd: 'new', upgradeStrategy })] }, { force: true });
  cluster.advance(4000);
  expect(cluster.running().map(({ id }) => id)).toEqual([old?.id]);
  cluster.advance(20_000);
  expect(cluster.state.deployments.size).toBe(0);
});

test('old instances that fail are no reason to stop more healthy ones than may be missed', () => {
  const cluster = new FakeCluster();
  const checks = [{ path: '/', gracePeriodSeconds: 0, intervalSeconds: 1, maxConsecutiveFailures: 0 }];
  const upgradeStrategy = { minimumHealthCapacity: 1, maximumOverCapacity: 0 };
  cluster.put({ instances: 5, cmd: 'old', healthChecks: checks, upgradeStrategy });
  cluster.advance(5000);
  const failing = cluster.instances().slice(0, 2);
  cluster.probeResult = (_probe, id) =>
    failing.some((instance) => instance.id === id) ? { ok: false, cause: 'refused' } : { ok: true };
  cluster.advance(3000);
  cluster.behaviour = () => [[5000, 'TASK_RUNNING']];
  cluster.put({ instances: 3, cmd: 'new', healthChecks: checks, upgradeStrategy });
  cluster.advance(1000);
  expect(cluster.running()).toHaveLength(3);
});

test('new instances that are on their way out count towards the capacity', () => {
  const cluster = new FakeCluster();
  const upgradeStrategy = { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 };
  cluster.put({ instances: 4, cmd: 'old', upgradeStrategy });
  cluster.advance(3000);
  cluster.behaviour = () => [[5000, 'TASK_RUNNING']];
  cluster.put({ instances: 4, cmd: 'new', upgradeStrategy });
  cluster.advance(2000);
  cluster.killable = false;
  const fresh = cluster.instances().flatMap(({ condition, task }) => (condition === 'Running' ? [] : [task]));
  const taskIds = fresh.flatMap((task) => task?.id ?? []);
  expect(taskIds).toHaveLength(2);
  cluster.ask({ kind: 'api.kill', taskIds, scale: false, wipe: true, force: false });
  cluster.advance(10_000);
  expect(cluster.instances()).toHaveLength(4);
});

interface Roll {
  readonly instances: number;
  readonly minimumHealthCapacity: number;
  readonly maximumOverCapacity: number;
  readonly startMs: number;
  readonly healthyMs: number;
  readonly checked: boolean;
}

function roll({
  instances,
  minimumHealthCapacity,
  maximumOverCapacity,
  startMs,
  healthyMs,
  checked,
}: Roll): void {
  const cluster = new FakeCluster();
  cluster.behaviour = () => [[startMs, 'TASK_RUNNING']];
  const healthy = (id: string): boolean => {
    const instance = cluster.state.instances.get(id);
    return instance?.condition === 'Running' && cluster.clock.now() >= instance.since + healthyMs;
  };
  cluster.probeResult = (_probe, id) => (healthy(id) ? { ok: true } : { ok: false, cause: 'starting' });
  const members = {
    instances,
    upgradeStrategy: { minimumHealthCapacity, maximumOverCapacity },
    ...(checked && { healthChecks: [{ path: '/' }] }),
  };
  cluster.put(members);
  cluster.advance(20_000);
  expect(cluster.running()).toHaveLength(instances);
  const limits = restartLimits(app(members));
  cluster.put({ ...members, cmd: 'new' });
  for (let steps = 0; cluster.state.deployments.size > 0 && steps < 2000; steps++) {
    cluster.advance(50);
    const all = cluster.instances();
    const working = all.filter(({ id, goal }) => goal === 'Running' && (checked ? healthy(id) : true));
    expect(working.length).toBeGreaterThanOrEqual(limits.minHealthy);
    expect(all.filter(({ condition }) => isActive(condition)).length).toBeLessThanOrEqual(limits.capacity);
  }
  expect(cluster.state.deployments.size).toBe(0);
  const version = cluster.state.apps.get('/app')?.version;
  expect(cluster.running().map((instance) => instance.version)).toEqual(Array(instances).fill(version));
}
