import { waitsOf } from '../../../../../frameworks/marathon/core/deployments/waits';
import { FakeCluster } from '../../fake-cluster';

function waits(cluster: FakeCluster): string[] {
  return [...cluster.state.deployments.values()].flatMap((deployment) =>
    waitsOf(cluster.state, deployment, cluster.clock.now()),
  );
}

test.each<[string, (cluster: FakeCluster) => void, string]>([
  [
    'no offers',
    (cluster) => {
      cluster.agents = [];
    },
    '/app: 0 of 2 instances up, 2 to launch (no offer yet)',
  ],
  [
    'what offers lack',
    (cluster) => cluster.put({ cpus: 100, instances: 2 }),
    '/app: 0 of 2 instances up, 2 to launch (of the last offers 3 declined for InsufficientCpus)',
  ],
  [
    'launches',
    (cluster) => {
      cluster.behaviour = () => [];
    },
    '/app: 0 of 2 instances up, 2 starting',
  ],
  [
    'health',
    (cluster) => {
      cluster.probeResult = () => ({ ok: false, cause: 'refused' });
      cluster.put({ instances: 2, healthChecks: [{ path: '/' }] });
    },
    '/app: 0 of 2 instances up, 2 not healthy',
  ],
  [
    'failures',
    (cluster) => {
      cluster.behaviour = () => [[10, 'TASK_FAILED']];
      cluster.put({ instances: 2, backoffSeconds: 30 });
    },
    '/app: 0 of 2 instances up, 2 to launch in 33 s after TASK_FAILED',
  ],
])('a deployment waits for %s', (_name, arrange, expected) => {
  const cluster = new FakeCluster();
  arrange(cluster);
  if (cluster.state.apps.size === 0) cluster.put({ instances: 2 });
  cluster.advance(2000);
  expect(waits(cluster)).toEqual([expect.stringContaining(expected)]);
});

test('a removal waits for instances that do not end, and so does an upgrade', () => {
  const cluster = new FakeCluster();
  cluster.put({ instances: 2 });
  cluster.advance(5000);
  cluster.killable = false;
  cluster.put({ instances: 2, cmd: 'next' });
  cluster.advance(5000);
  expect(waits(cluster)).toEqual(['/app: 2 of 2 instances up, 2 old to end']);
  cluster.change({ remove: ['/app'] }, { force: true });
  cluster.advance(5000);
  expect(waits(cluster)).toEqual(['/app: 4 instances to end']);
});

test('of very many apps the first ones are named, and the number of the others', () => {
  const cluster = new FakeCluster({ agents: [] });
  cluster.put(...Array.from({ length: 53 }, (_unused, number) => ({ id: `/app-${number}` })));
  const sentences = waits(cluster);
  expect(sentences).toHaveLength(51);
  expect(sentences.at(-1)).toBe('3 more apps');
});
