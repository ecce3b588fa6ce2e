import { healthOf, isAlive } from '../../../../../frameworks/marathon/core/instances/health-state';
import type { CheckHealth } from '../../../../../frameworks/marathon/core/state/state';
import { app, FakeCluster } from '../../fake-cluster';

const check = (lastSuccess?: number, lastFailure?: number): CheckHealth => ({
  lastSuccess,
  lastFailure,
  consecutiveFailures: 0,
  pauseMs: 0,
});

test.each([
  [undefined, undefined, undefined],
  [1, undefined, true],
  [undefined, 1, false],
  [2, 1, true],
  [1, 2, false],
  [1, 1, false],
])('a check that succeeded at %s and failed at %s is alive: %s', (success, failure, alive) => {
  expect(isAlive(check(success, failure))).toBe(alive);
});

const TCP = { protocol: 'MESOS_TCP', port: 8080 };
const [GOOD, BAD, NEW] = [check(1), check(undefined, 1), check()];

/** Results by check, `null` for one that Mesos performs. */
test.each<
  [
    checks: readonly (CheckHealth | null)[],
    count: number,
    mesos: boolean | undefined,
    healthy: boolean | undefined,
  ]
>([
  [[GOOD, GOOD], 2, undefined, true],
  [[GOOD, BAD], 2, undefined, false],
  [[NEW, BAD], 2, undefined, false],
  [[GOOD, NEW], 2, undefined, undefined],
  [[GOOD, null], 2, true, true],
  [[GOOD, null], 2, false, false],
  [[GOOD, null], 2, undefined, undefined],
  [[BAD, null], 2, true, false],
  [[GOOD], 2, undefined, undefined],
])(
  'checks %j of %i with the result %s of Mesos make an instance healthy: %s',
  (checks, count, byMesos, healthy) => {
    const cluster = new FakeCluster();
    cluster.put({});
    cluster.advance(5000);
    const [instance] = cluster.instances('/app');
    if (!instance?.task) throw new Error('no task');
    instance.task.healthy = byMesos;
    cluster.state.health.set(instance.id, { taskId: instance.task.id, checks: [...checks] });
    const web = app({ healthChecks: [TCP, TCP].slice(0, count) });
    expect(healthOf(cluster.state, web, instance)).toBe(healthy);
    instance.condition = 'Staging';
    expect(healthOf(cluster.state, web, instance)).toBeUndefined();
  },
);

test('an app without checks has no health', () => {
  const cluster = new FakeCluster();
  cluster.put({});
  cluster.advance(5000);
  const [instance] = cluster.instances('/app');
  if (!instance) throw new Error('no instance');
  expect(healthOf(cluster.state, app({}), instance)).toBeUndefined();
});
