import { MemoryStore } from '../../../../cluster/state/memory';
import type { Pod } from '../../../../frameworks/marathon/api/pod';
import { isPod, type RunSpec, specsOf } from '../../../../frameworks/marathon/core/state/run-spec';
import { app, FakeCluster, type FakeTask } from '../fake-cluster';
import { pod } from '../pods';

/** The stored variables and the tasks that run, at one moment. */
interface Moment {
  readonly variables: readonly { name: string; value: Buffer }[];
  readonly tasks: Map<string, FakeTask>;
  readonly time: number;
}

/** Takes a moment right after every commit, before its effects go out, and before every event. */
class WatchedStore extends MemoryStore {
  readonly moments: Moment[] = [];
  cluster: FakeCluster | undefined;

  override commitNow(...changes: Parameters<MemoryStore['commitNow']>): ReturnType<MemoryStore['commitNow']> {
    const committed = super.commitNow(...changes);
    this.look();
    return committed;
  }

  look(): void {
    if (!this.cluster) return;
    const tasks = new Map([...this.cluster.tasks].map(([id, task]) => [id, { ...task }]));
    const variables = this.fetchAllNow('marathon/').map(({ name, value }) => ({ name, value }));
    this.moments.push({ variables, tasks, time: this.cluster.clock.now() });
  }
}

const POLICY = { rollback: true, maxFailures: 1 };
const behaviour: FakeCluster['behaviour'] = ({ command }) => [
  [10, command?.value === 'bad' ? 'TASK_FAILED' : 'TASK_RUNNING'],
];

function podOf(program: string): Pod {
  const executorResources = { cpus: 0.1, mem: 32, disk: 0 };
  return pod({ id: '/pod', environment: { CMD: program }, executorResources });
}

/** An app of two instances and a pod run; from now on every moment is watched. */
function watched(): { cluster: FakeCluster; store: WatchedStore } {
  const store = new WatchedStore();
  const recorder = { event: (): void => store.look(), end: async (): Promise<void> => undefined };
  const cluster = new FakeCluster({ store, recorder: () => recorder });
  cluster.behaviour = behaviour;
  cluster.put({ id: '/a', cmd: 'one', instances: 2 }, { id: '/g/b', dependencies: ['/a'] });
  cluster.change({ putPods: [podOf('one')] });
  cluster.advance(10_000);
  store.cluster = cluster;
  return { cluster, store };
}

/** Another process goes on from a moment; tasks that were on their way have gone on by then. */
function resumed({ variables, tasks, time }: Moment): FakeCluster {
  const store = new MemoryStore();
  store.commitNow(variables.map(({ name, value }) => ({ name, value })));
  for (const task of tasks.values()) {
    if (task.state !== 'TASK_STAGING') continue;
    task.state = task.info.command?.value === 'bad' ? 'TASK_FAILED' : 'TASK_RUNNING';
  }
  const cluster = new FakeCluster({ store, tasks, startAt: time + 1, connect: false });
  cluster.behaviour = behaviour;
  cluster.connect();
  return cluster.advance(400_000);
}

function programOf(spec: RunSpec): string | undefined {
  return isPod(spec) ? spec.pod.environment['CMD']?.toString() : spec.cmd;
}

/** Apps and pods with their programs and running instances, and whether a deployment is left. */
function outcome(cluster: FakeCluster): unknown {
  const apps = [...specsOf(cluster.state).values()].map(
    (spec) => `${spec.id} ${programOf(spec)} ${cluster.running(spec.id).length}`,
  );
  const alive = [...cluster.tasks.values()].filter(({ state }) => state === 'TASK_RUNNING').length;
  return { apps: apps.sort(), alive, open: cluster.state.deployments.size };
}

test.each<[string, (cluster: FakeCluster) => void]>([
  ['an upgrade', (cluster) => void cluster.put({ id: '/a', cmd: 'two', instances: 2 })],
  [
    'an upgrade in layers',
    (cluster) =>
      void cluster.put(
        { id: '/a', cmd: 'two', instances: 2 },
        { id: '/g/b', cmd: 'two', dependencies: ['/a'] },
      ),
  ],
  ['scaling', (cluster) => void cluster.put({ id: '/a', cmd: 'one', instances: 4 })],
  ['an upgrade of a pod', (cluster) => void cluster.change({ putPods: [podOf('two')] })],
  ['the removal of a pod', (cluster) => void cluster.change({ removePods: ['/pod'] })],
  ['the removal of a group', (cluster) => void cluster.change({ removeGroups: ['/g'] })],
  [
    'new apps and others gone',
    (cluster) => void cluster.change({ put: [app({ id: '/n' })], remove: ['/a'] }),
  ],
  [
    'an upgrade that is taken over by another',
    (cluster) => {
      cluster.put({ id: '/a', cmd: 'two', instances: 2 });
      cluster.advance(15);
      cluster.change({ put: [app({ id: '/a', cmd: 'three', instances: 2 })] }, { force: true });
    },
  ],
  [
    'an upgrade that is cancelled',
    (cluster) => {
      cluster.put({ id: '/a', cmd: 'two', instances: 2, cpus: 100 });
      cluster.advance(1500);
      const [deployment] = cluster.state.deployments.keys();
      cluster.ask({ kind: 'api.cancel', deployment, force: false });
    },
  ],
])('%s ends as it would have, whenever the process is killed on its way', (_name, act) => {
  const { cluster, store } = watched();
  act(cluster);
  cluster.advance(400_000);
  const expected = outcome(cluster);
  // Moments before the last request was stored lack its change.
  const root = cluster.state.rootVersion;
  const moments = store.moments.filter(({ variables }) =>
    variables.some(
      ({ name, value }) => name === 'marathon/root' && value.toString().includes(`"version":"${root}"`),
    ),
  );
  const step = Math.max(1, Math.floor(moments.length / 25));
  const tried = moments.filter((_moment, index) => index < 20 || index % step === 0);
  expect(tried.length).toBeGreaterThan(3);
  for (const moment of tried) expect(outcome(resumed(moment))).toEqual(expected);
});

test('an upgrade that fails is taken back, whenever the process is killed on its way', () => {
  const { cluster, store } = watched();
  cluster.put({ id: '/a', cmd: 'bad', instances: 2, deploymentPolicy: POLICY });
  cluster.advance(60_000);
  expect(cluster.state.apps.get('/a')?.cmd).toBe('one');
  const expected = outcome(cluster);
  const moments = store.moments.filter(({ variables }) =>
    variables.some(
      ({ name, value }) => name.startsWith('marathon/app//a@') && value.toString().includes('"bad"'),
    ),
  );
  for (const moment of moments.slice(0, 30)) expect(outcome(resumed(moment))).toEqual(expected);
});
