import { OFFER_HOLD_MS } from '../../../../../frameworks/marathon/core/state/limits';
import { agent, app, FakeCluster } from '../../fake-cluster';

/** Two tokens, and tasks that run after so long. */
function clusterWithTokens(runAfterMs: number | undefined): FakeCluster {
  const cluster = new FakeCluster({ settings: { launchTokens: 2 }, agents: [agent(1), agent(2), agent(3)] });
  cluster.behaviour = () => (runAfterMs === undefined ? [] : [[runAfterMs, 'TASK_RUNNING']]);
  return cluster;
}

const declined = (cluster: FakeCluster): (number | undefined)[] =>
  cluster.callsOf('DECLINE').map(({ decline }) => decline?.filters?.refuse_seconds);

describe('offers without a launch token', () => {
  it('wait for the tokens of tasks that begin to run, and are used then', () => {
    const cluster = clusterWithTokens(50);
    cluster.put({ instances: 6 });
    cluster.advance(1);
    expect([cluster.state.heldOffers.size, declined(cluster)]).toEqual([2, []]);
    cluster.advance(400);
    expect(cluster.running()).toHaveLength(6);
    expect(declined(cluster)).not.toContain(5);
  });

  it('are declined for a short time when no token comes back in time', () => {
    const cluster = clusterWithTokens(undefined);
    cluster.put({ instances: 6 });
    cluster.advance(OFFER_HOLD_MS - 10);
    expect(declined(cluster)).toEqual([]);
    cluster.advance(20);
    expect(cluster.state.heldOffers.size).toBeLessThan(2);
    expect(declined(cluster)).toContain(5);
  });

  it('are declined at once when nothing waits any more', () => {
    const cluster = clusterWithTokens(undefined);
    cluster.put({ instances: 6 });
    cluster.change({ put: [app({ instances: 2 })] }, { force: true });
    cluster.advance(1);
    expect([cluster.state.heldOffers.size, cluster.instances().length]).toEqual([0, 2]);
    expect(declined(cluster)).toEqual([120, 120]);
  });

  it('end with the connection, and those that are rescinded are not answered', () => {
    const cluster = clusterWithTokens(undefined);
    cluster.put({ instances: 6 });
    const [offerId = ''] = cluster.state.heldOffers.keys();
    cluster.post({ kind: 'scheduler.rescind', offerId });
    expect(cluster.state.heldOffers.has(offerId)).toBe(false);
    cluster.disconnect();
    cluster.advance(10_000);
    expect([cluster.state.heldOffers.size, declined(cluster)]).toEqual([0, []]);
  });
});

test('very many apps that fit nowhere are tried in several steps, and every offer is answered', () => {
  const cluster = new FakeCluster({ agents: [agent(1, { cpus: 0.5 }), agent(2, { cpus: 0.5 })] });
  const apps = Array.from({ length: 1200 }, (_unused, number) => ({ id: `/app-${number}`, cpus: 1 }));
  const handled = cluster.mailbox.handled;
  cluster.put(...apps);
  cluster.advance(1);
  expect(cluster.mailbox.handled - handled).toBeGreaterThan(3);
  expect([cluster.state.heldOffers.size, declined(cluster)]).toEqual([0, [5, 5]]);
});
