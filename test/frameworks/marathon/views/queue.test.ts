import { specOf } from '../../../../frameworks/marathon/core/state/run-spec';
import { printQueued, queuedIds } from '../../../../frameworks/marathon/views/queue';
import { agent, FakeCluster } from '../fake-cluster';

interface QueueItem {
  readonly count: number;
  readonly delay: { timeLeftSeconds: number; overdue: boolean };
  readonly app: { id: string };
  readonly processedOffersSummary: {
    readonly processedOffersCount: number;
    readonly unusedOffersCount: number;
    readonly rejectSummaryLaunchAttempt: readonly { reason: string; declined: number; processed: number }[];
  };
  readonly lastUnusedOffers?: readonly { reason: readonly string[] }[];
}

const queueOf = ({ state, clock }: FakeCluster, withOffers = false): QueueItem[] =>
  queuedIds(state).flatMap((id) => {
    const spec = specOf(state, id);
    return spec ? (printQueued(state, spec, { now: clock.now(), withOffers }) as QueueItem) : [];
  });

describe('the launch queue', () => {
  it('has the apps that wait for an offer, and none that runs', () => {
    const cluster = new FakeCluster({ agents: [agent(1, { cpus: 1 })] });
    cluster.put({ id: '/small', instances: 1 }, { id: '/large', instances: 2, cpus: 8 });
    cluster.advance(5000);
    expect(queueOf(cluster).map(({ app, count }) => [app.id, count])).toEqual([['/large', 2]]);
  });

  it('says how many offers each reason has declined, of those that reached it', () => {
    const cluster = new FakeCluster({ agents: [agent(1, { cpus: 1 }), agent(2, { mem: 8 })] });
    cluster.put({ instances: 1, cpus: 2, mem: 64 });
    cluster.advance(1000);
    const [item] = queueOf(cluster, true);
    const { processedOffersCount, unusedOffersCount, rejectSummaryLaunchAttempt } =
      item?.processedOffersSummary ?? {};
    expect([processedOffersCount, unusedOffersCount]).toEqual([2, 2]);
    const declined = rejectSummaryLaunchAttempt?.filter((row) => row.declined > 0);
    expect(declined).toEqual([
      { reason: 'InsufficientCpus', declined: 1, processed: 2 },
      { reason: 'InsufficientMemory', declined: 1, processed: 1 },
    ]);
    expect(item?.lastUnusedOffers?.map(({ reason }) => reason)).toEqual([
      ['InsufficientCpus'],
      ['InsufficientMemory'],
    ]);
    expect(queueOf(cluster)[0]).not.toHaveProperty('lastUnusedOffers');
  });

  it('tells how long a launch is still put off', () => {
    const cluster = new FakeCluster();
    cluster.behaviour = () => [[10, 'TASK_FAILED']];
    cluster.put({ instances: 1, backoffSeconds: 30 });
    cluster.advance(1000);
    expect(queueOf(cluster)[0]?.delay).toEqual({ timeLeftSeconds: 30, overdue: false });
    cluster.agents = [];
    cluster.advance(29_500);
    expect(queueOf(cluster)[0]?.delay).toEqual({ timeLeftSeconds: 0, overdue: true });
  });

  it('shows the last offers that were not used, each with its resources, attributes and reasons', () => {
    const cluster = new FakeCluster({ agents: [agent(1, { cpus: 1, attributes: { rack: 'r1' } })] });
    cluster.put({ instances: 1, cpus: 2 });
    cluster.advance(1000);
    const [unused] = queueOf(cluster, true)[0]?.lastUnusedOffers ?? [];
    expect(unused).toMatchObject({
      offer: { hostname: 'host1', agentId: 'S1', attributes: [{ name: 'rack', text: 'r1' }] },
      reason: ['InsufficientCpus'],
    });
    expect((unused as { offer?: { resources: unknown[] } }).offer?.resources).toContainEqual({
      name: 'cpus',
      role: '*',
      scalar: 1,
    });
  });
});
