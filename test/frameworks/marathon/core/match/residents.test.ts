import { inFunnelOrder } from '../../../../../frameworks/marathon/core/match/refusals';
import { rehearse } from '../../../../../frameworks/marathon/core/rehearsal';
import { explainApp } from '../../../../../frameworks/marathon/views/explain';
import { database, machine, scalar, VolumeCluster, wire } from '../../volume-cluster';

interface Explained {
  readonly agents: readonly {
    readonly reasons: readonly string[];
    readonly refusals: readonly { message: string }[];
  }[];
  readonly smallestChange: object | null;
}

function explained(cluster: VolumeCluster): Explained {
  const app = cluster.state.apps.get('/db');
  if (!app) throw new Error('no app');
  return explainApp(cluster.state, app, cluster.clock.now()) as Explained;
}

test('an app whose volume is on no disk of an agent is told so', () => {
  const cluster = new VolumeCluster({ S1: machine() });
  const volumes = [{ containerPath: 'data', persistent: { size: 10, type: 'path' } }];
  cluster.change({ put: [database({ volumes })] });
  cluster.advance(5);
  const { agents, smallestChange } = explained(cluster);
  expect(agents.map(({ reasons }) => reasons)).toEqual([['InsufficientDisk']]);
  expect(agents[0]?.refusals[0]?.message).toBe(
    'the volume data needs 10 MiB of a path disk, and none has so much',
  );
  expect(smallestChange).toBeNull();
});

test('an instance whose volume is elsewhere is told so', () => {
  const cluster = new VolumeCluster();
  cluster.change({ put: [database()] });
  cluster.advance(5);
  const [instance] = cluster.running();
  const agentId = instance?.agent?.agentId ?? '';
  cluster.setAway(agentId, true);
  cluster.end(instance?.task?.id ?? '', 'TASK_GONE');
  cluster.advance(30);
  const { agents } = explained(cluster);
  const other = agents.find(({ reasons }) => reasons.length > 0);
  expect(other?.reasons).toEqual(['NoCorrespondingReservationFound']);
  expect([...(cluster.state.queue.get('/db')?.declined.keys() ?? [])]).toEqual([
    'NoCorrespondingReservationFound',
  ]);
});

test('disk of the task and of its root volumes is taken of one disk together', () => {
  const cluster = new VolumeCluster({ S1: [...machine().slice(0, 2), scalar('disk', 15)] });
  cluster.change({ put: [database({ disk: 6, portDefinitions: [] })] });
  cluster.advance(5);
  expect(cluster.operations).toEqual([]);
  cluster.change({ put: [database({ id: '/other', disk: 5, portDefinitions: [] })] });
  cluster.advance(10);
  expect(cluster.running('/other')).toHaveLength(1);
});

test('two instances that may not be neighbours have volumes on different agents, and come back there', () => {
  const cluster = new VolumeCluster();
  const constraints = [['hostname', 'UNIQUE']];
  cluster.change({ put: [database({ instances: 2, constraints })] });
  cluster.advance(10);
  const hosts = (): string[] =>
    cluster
      .running()
      .map(({ agent }) => agent?.host ?? '')
      .sort();
  expect(hosts()).toEqual(['S1.test', 'S2.test']);
  for (const { task } of cluster.running()) cluster.end(task?.id ?? '', 'TASK_FAILED');
  cluster.advance(10);
  expect(hosts()).toEqual(['S1.test', 'S2.test']);
});

test('an instance on volumes takes an agent with GPUs, a new one does not', () => {
  const cluster = new VolumeCluster({ S1: machine() });
  cluster.change({ put: [database()] });
  cluster.advance(5);
  const agent = cluster.agents.get('S1');
  if (agent) agent.total = [...agent.total, ...wire([scalar('gpus', 1)])];
  cluster.end(cluster.running()[0]?.task?.id ?? '', 'TASK_FAILED');
  cluster.change({ put: [database({ instances: 2 })] });
  cluster.advance(10);
  expect(cluster.running()).toHaveLength(1);
  expect([...(cluster.state.queue.get('/db')?.declined.keys() ?? [])]).toEqual(['DeclinedScarceResources']);
});

test('a rehearsal reserves, launches on volumes and keeps them, as the change does', () => {
  const cluster = new VolumeCluster();
  const plan = (put: ReturnType<typeof database>) => {
    const result = rehearse(cluster.state, {
      change: { put: [put] },
      force: false,
      now: cluster.clock.now(),
    });
    if ('refusal' in result) throw new Error(JSON.stringify(result.refusal));
    return { start: result.start.length, stop: result.stop.length, wait: result.wait, ends: result.ends };
  };
  cluster.change({ put: [database()] });
  cluster.advance(10);
  expect(plan(database({ instances: 2 }))).toEqual({ start: 1, stop: 0, wait: [], ends: true });
  expect(plan(database({ cmd: 'new' }))).toEqual({ start: 1, stop: 1, wait: [], ends: true });
  expect(plan(database({ instances: 0 }))).toEqual({ start: 0, stop: 1, wait: [], ends: true });
  cluster.crash();
  cluster.change({ put: [database({ id: '/other' })] });
  cluster.advance(10);
  expect(plan(database({ cmd: 'new' }))).toEqual({ start: 1, stop: 1, wait: [], ends: true });
  expect(inFunnelOrder([{ cause: 'reservation' }])).toEqual(['NoCorrespondingReservationFound']);
});
