import fc from 'fast-check';
import { checkMarathon } from '../../../../../frameworks/marathon/core/instances/check-marathon';
import { placementsOf } from '../../../../../frameworks/marathon/core/instances/placements';
import { agent, app, FakeCluster } from '../../fake-cluster';
import { database, VolumeCluster } from '../../volume-cluster';

const RACKS = ['a', 'b', 'b'];
const agents = RACKS.map((rack, index) => agent(index, { attributes: { rack } }));
const APP = {
  constraints: [
    ['rack', 'MAX_PER', '9'],
    ['hostname', 'UNIQUE'],
  ],
  instances: 3,
};

const counted = (cluster: FakeCluster): unknown =>
  Object.fromEntries(
    [...placementsOf(cluster.state, '/app')].map(([field, counts]) => [field, Object.fromEntries(counts)]),
  );

test('the active instances are counted by the fields of the constraints', () => {
  const cluster = new FakeCluster({ agents });
  cluster.put(APP);
  expect(counted(cluster)).toEqual({});
  cluster.advance(1000);
  expect(counted(cluster)).toEqual({
    rack: { a: 1, b: 2 },
    hostname: { host0: 1, host1: 1, host2: 1 },
  });
});

test('instances of an older configuration do not count', () => {
  const cluster = new FakeCluster({ agents });
  cluster.put(APP);
  cluster.advance(1000);
  cluster.agents = [];
  cluster.put({ ...APP, cmd: 'sleep 2000' });
  expect(counted(cluster)).toEqual({});
});

test('instances with volumes count whatever their configuration is: they come back on their agent', () => {
  const cluster = new VolumeCluster();
  cluster.change({ put: [database()] });
  cluster.advance(10);
  cluster.change({ put: [database({ instances: 2, constraints: [['hostname', 'UNIQUE']] })] });
  cluster.advance(30);
  expect([cluster.running().length, cluster.state.deployments.size]).toEqual([2, 0]);
  expect(new Set(cluster.running().map(({ agent: place }) => place?.host)).size).toBe(2);
});

test('an app without constraints counts none', () => {
  const cluster = new FakeCluster({ agents });
  cluster.put({ ...APP, constraints: [] });
  cluster.advance(1000);
  expect(cluster.state.placements.size).toBe(0);
});

test('the counts are those of all instances, whatever happens to these', () => {
  const happening = fc.constantFrom('fail', 'lose', 'scale', 'change', 'relax', 'remove', 'wait');
  fc.assert(
    fc.property(fc.array(fc.tuple(happening, fc.nat(5)), { maxLength: 20 }), (happenings) => {
      const cluster = new FakeCluster({ agents });
      cluster.put(APP);
      for (const [what, number] of happenings) {
        cluster.advance(500);
        const task = cluster.instances()[number]?.task?.id ?? '';
        if (what === 'fail') cluster.update(task, 'TASK_FAILED');
        if (what === 'lose') cluster.update(task, 'TASK_UNREACHABLE');
        if (what === 'scale') cluster.change({ put: [app({ ...APP, instances: number })] }, { force: true });
        if (what === 'change')
          cluster.change({ put: [app({ ...APP, cmd: `sleep ${number}` })] }, { force: true });
        if (what === 'relax') cluster.change({ put: [app({ ...APP, constraints: [] })] }, { force: true });
        if (what === 'remove') cluster.change({ remove: ['/app'] }, { force: true });
        expect(checkMarathon(cluster.state)).toEqual([]);
      }
    }),
    { numRuns: 50 },
  );
});
