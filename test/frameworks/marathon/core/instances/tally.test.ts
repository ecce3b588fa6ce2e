import { classKey, countOf, tally, untally } from '../../../../../frameworks/marathon/core/instances/tally';
import { agent, FakeCluster } from '../../fake-cluster';

const CHECK = { protocol: 'TCP', gracePeriodSeconds: 0, intervalSeconds: 5, timeoutSeconds: 1 };

/** Counts by life and health, as the classes say. */
function shape({ state }: FakeCluster): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { life, health, isUp, count } of state.tallies.get('/app')?.values() ?? [])
    counts[`${life} ${health}${isUp ? ' up' : ''}`] = count;
  return counts;
}

test('instances are counted by what they do, and follow each change', () => {
  const cluster = new FakeCluster({ agents: [agent(1)] });
  cluster.put({ instances: 3, healthChecks: [CHECK], portDefinitions: [{ port: 0 }], backoffSeconds: 60 });
  cluster.advance(2000);
  expect(shape(cluster)).toEqual({ 'active good up': 3 });
  const [first, second] = cluster.running();
  cluster.update(first?.task?.id ?? '', 'TASK_FAILED');
  cluster.probeResult = (_probe, instanceId) =>
    instanceId === second?.id ? { ok: false, cause: 'refused' } : { ok: true };
  cluster.advance(6000);
  expect(shape(cluster)).toEqual({ 'idle unknown': 1, 'active failing': 1, 'active good up': 1 });
  expect(countOf(cluster.state, '/app', ({ isUp }) => isUp)).toBe(1);
  cluster.change({ remove: ['/app'] });
  cluster.advance(5000);
  expect([cluster.state.tallies.size, cluster.state.tallied.size]).toEqual([0, 0]);
});

test('the class of an instance is that of its present state, whatever it was', () => {
  const cluster = new FakeCluster({ agents: [agent(1)] });
  cluster.put({ instances: 1 });
  cluster.advance(2000);
  const [instance] = cluster.instances();
  if (!instance) throw new Error('no instance');
  const { state } = cluster;
  instance.condition = 'Unreachable';
  expect(state.tallied.get(instance.id)?.key).not.toBe(classKey(state, instance));
  tally(state, instance);
  expect(state.tallied.get(instance.id)?.key).toBe(classKey(state, instance));
  expect(countOf(state, '/app', ({ life }) => life === 'unreachable')).toBe(1);
  untally(state, instance);
  expect(countOf(state, '/app', () => true)).toBe(0);
});
