import { checkMarathon } from '../../../../../frameworks/marathon/core/instances/check-marathon';
import { copyFor } from '../../../../../frameworks/marathon/core/rehearse/copy';
import { FakeCluster } from '../../fake-cluster';

test('a copy has the instances of some apps, keeps what holds of a state, and shares nothing that changes', () => {
  const { state, clock } = withApps();
  const copy = copyFor(state, new Set(['/a']), clock.now());
  expect([...copy.byApp.keys()]).toEqual(['/a']);
  expect([...copy.apps.keys()]).toEqual(['/a', '/b']);
  expect(checkMarathon(copy)).toEqual([]);
  const [instance] = copy.instances.values();
  const original = state.instances.get(instance?.id ?? '');
  expect(instance).toEqual(original);
  expect(instance).not.toBe(original);
  expect(instance?.task).not.toBe(original?.task);
  expect(copy.health.get(instance?.id ?? '')?.checks[0]).not.toBe(
    state.health.get(instance?.id ?? '')?.checks[0],
  );
  expect(copy.health.size).toBe(1);
});

function withApps(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.put({ id: '/a', healthChecks: [{ path: '/' }] }, { id: '/b', instances: 2 });
  return cluster.advance(5000);
}
