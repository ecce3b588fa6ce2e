import { printQueued, queuedIds } from '../../../../../frameworks/marathon/views/queue';
import { agent, type ClusterOptions, FakeCluster } from '../../fake-cluster';

const CHECK = { protocol: 'TCP', gracePeriodSeconds: 0, intervalSeconds: 5, timeoutSeconds: 1 };
const CHECKED = { healthChecks: [{ ...CHECK, maxConsecutiveFailures: 1 }], portDefinitions: [{ port: 0 }] };

function start(apps: Record<string, number>, more: ClusterOptions = {}): FakeCluster {
  const cluster = new FakeCluster({ agents: [agent(1)], ...more });
  cluster.put(...Object.entries(apps).map(([id, instances]) => ({ id, instances, ...CHECKED })));
  return cluster.advance(3000);
}

/** Has the checks of these apps fail. */
function fail(cluster: FakeCluster, isFailing: (instanceId: string) => boolean): void {
  cluster.probeResult = (_probe, instanceId) =>
    isFailing(instanceId) ? { ok: false, cause: 'refused' } : { ok: true };
}

const kills = (cluster: FakeCluster): number => cluster.callsOf('KILL').length;
const count = (cluster: FakeCluster, type: string): number =>
  cluster.eventTypes().filter((other) => other === type).length;

function queueOf({ state, clock }: FakeCluster): object[] {
  const specs = queuedIds(state).flatMap((id) => state.apps.get(id) ?? []);
  return specs.map((spec) => printQueued(state, spec, { now: clock.now(), withOffers: false }));
}

describe('while most instances of an app fail at once', () => {
  it('none is killed, and event and queue say so; afterwards a single one is', () => {
    const cluster = start({ '/web': 4, '/other': 6 });
    fail(cluster, (id) => id.startsWith('web'));
    cluster.advance(60_000);
    expect([kills(cluster), count(cluster, 'health_storm_event')]).toEqual([0, 1]);
    expect(cluster.events.find(({ eventType }) => eventType === 'health_storm_event')).toMatchObject({
      appId: '/web',
      failing: 4,
      working: 0,
      reason: expect.stringMatching(/^4 of 4 instances of the app .* none of them is killed$/),
    });
    expect(queueOf(cluster)).toMatchObject([
      { count: 0, app: { id: '/web' }, heldKills: [expect.stringMatching(/^4 of 4 instances/)] },
    ]);
    const [first] = cluster.instances('/web');
    fail(cluster, (id) => id === first?.id);
    cluster.advance(30_000);
    expect([kills(cluster) > 0, count(cluster, 'health_storm_ended_event')]).toEqual([true, 1]);
    expect(new Set(cluster.callsOf('KILL').map(({ kill }) => kill?.task_id.value.split('._app')[0]))).toEqual(
      new Set([first?.id]),
    );
    expect(queueOf(cluster)).toEqual([]);
  });

  it('they are killed when the guard is turned off', () => {
    const cluster = start({ '/web': 4, '/other': 6 }, { settings: { healthStormGuard: false } });
    fail(cluster, (id) => id.startsWith('web'));
    cluster.advance(20_000);
    expect([kills(cluster) >= 4, count(cluster, 'health_storm_event')]).toEqual([true, 0]);
  });
});

test('one of few is killed as ever, and so are instances that were never healthy', () => {
  const few = start({ '/web': 2 });
  fail(few, () => true);
  few.advance(20_000);
  expect(kills(few)).toBeGreaterThanOrEqual(2);
  const broken = new FakeCluster({ agents: [agent(1)] });
  fail(broken, () => true);
  broken.put({ id: '/web', instances: 5, ...CHECKED });
  broken.advance(20_000);
  expect(kills(broken)).toBeGreaterThanOrEqual(5);
});

test('when the checks reach nothing at all, no app loses an instance', () => {
  const cluster = start({ '/a': 1, '/b': 1, '/c': 1 });
  fail(cluster, () => true);
  cluster.advance(60_000);
  expect(kills(cluster)).toBe(0);
  expect(cluster.events.find(({ eventType }) => eventType === 'health_storm_event')).toMatchObject({
    appId: null,
    reason: expect.stringMatching(/of 3 instances of all apps/),
  });
});

test('the health of instances outlives a failover: no event, no new grace period, and kills go on', () => {
  const cluster = start({ '/web': 2 });
  fail(cluster, (id) => id === cluster.instances('/web')[0]?.id);
  cluster.advance(5000);
  const healths = (of: FakeCluster): (boolean | undefined)[] =>
    of.instances('/web').map(({ id }) => of.state.health.get(id)?.healthy);
  expect(healths(cluster)).toEqual([false, true]);
  const { store, tasks } = cluster;
  const next = new FakeCluster({ store, tasks, agents: [agent(1)], startAt: cluster.clock.now() });
  expect(healths(next)).toEqual([false, true]);
  expect(count(next, 'instance_health_changed_event')).toBe(0);
  fail(next, (id) => id === next.instances('/web')[0]?.id);
  next.advance(10_000);
  expect(kills(next)).toBeGreaterThan(0);
});

test('a storm ends with its app, though no other check comes back', () => {
  const cluster = start({ '/web': 4 });
  fail(cluster, () => true);
  cluster.advance(20_000);
  expect([...cluster.state.storms.keys()]).toEqual(['/web']);
  cluster.change({ remove: ['/web'] }, { force: true });
  cluster.advance(5000);
  expect([cluster.instances('/web'), [...cluster.state.storms.keys()]]).toEqual([[], []]);
  expect(count(cluster, 'health_storm_ended_event')).toBe(1);
});
