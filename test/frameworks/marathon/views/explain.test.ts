import { explainApp } from '../../../../frameworks/marathon/views/explain';
import { agent, FakeCluster } from '../fake-cluster';

function explained(cluster: FakeCluster): Record<string, unknown> {
  const app = cluster.state.apps.get('/app');
  if (!app) throw new Error('no app');
  return explainApp(cluster.state, app, cluster.clock.now()) as Record<string, unknown>;
}

test('each agent that was looked at is told with its refusals, and the smallest change with it', () => {
  const cluster = new FakeCluster({
    agents: [agent(1, { cpus: 1 }), agent(2, { cpus: 3, attributes: { rack: 'b' } })],
  });
  cluster.put({ instances: 2, cpus: 4, constraints: [['rack', 'IS', 'b']] });
  cluster.advance(1000);
  expect(explained(cluster)).toMatchObject({
    appId: '/app',
    waiting: 2,
    waitingInstances: [expect.stringMatching(/^app\.instance-/), expect.any(String)],
    reasons: [],
    agents: [
      {
        hostname: 'host1',
        matches: false,
        reasons: ['UnfulfilledConstraint', 'InsufficientCpus'],
        refusals: [
          { message: 'the constraint rack IS b does not hold for an agent without the attribute' },
          { message: 'cpus: 4 needed, 1 offered' },
        ],
      },
      { hostname: 'host2', refusals: [{ cause: 'scalar', message: 'cpus: 4 needed, 3 offered' }] },
    ],
    smallestChange: {
      hostname: 'host2',
      changes: [{ member: 'cpus', from: 4, to: 3 }],
      message: 'host2 would take an instance with cpus 3 in place of 4',
    },
  });
  const word = cluster.state.random.word;
  explained(cluster);
  expect(cluster.state.random.word).toBe(word);
});

test('the reasons of an app itself are told: a delay, no tokens, no connection, nothing to do', () => {
  const cluster = new FakeCluster({ settings: { launchTokens: 1 } });
  cluster.behaviour = () => [[10, 'TASK_FAILED']];
  cluster.put({ instances: 1, backoffSeconds: 60 });
  cluster.advance(1000);
  expect(explained(cluster)['reasons']).toEqual([
    expect.stringMatching(/^a launch delay after failures lasts \d+ s longer$/),
    expect.stringMatching(/^all launch tokens are used/),
  ]);
  cluster.disconnect();
  expect(explained(cluster)['reasons']).toContainEqual(expect.stringMatching(/no connection/));
  const idle = new FakeCluster();
  idle.put({ instances: 1 });
  idle.advance(1000);
  expect(explained(idle)).toMatchObject({
    waiting: 0,
    reasons: ['no instance waits for a launch'],
    agents: [],
    smallestChange: null,
  });
});
