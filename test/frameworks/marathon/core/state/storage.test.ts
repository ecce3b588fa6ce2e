import { MemoryStore } from '../../../../../cluster/state/memory';
import { FakeCluster } from '../../fake-cluster';

/** Names of stored variables, without what ids and versions are. */
const kinds = (store: MemoryStore): string[] =>
  store
    .fetchAllNow('marathon/')
    .map(({ name }) => name.replace(/@.*|\.instance-.*|\/[0-9a-f-]{36}$|\/[0-9]{4}-[^/]*Z$/, ''))
    .sort();

function restarted(cluster: FakeCluster): FakeCluster {
  return new FakeCluster({
    store: cluster.store,
    tasks: cluster.tasks,
    startAt: cluster.clock.now() + 1000,
    connect: false,
  });
}

test('what is stored is what cannot be asked for: apps, instances, running deployments, the framework', () => {
  const store = new MemoryStore();
  const cluster = new FakeCluster({ store });
  cluster.behaviour = () => [];
  cluster.put({ instances: 2 });
  cluster.advance(1000);
  expect(kinds(store)).toEqual([
    'marathon/app//app',
    'marathon/deployment',
    'marathon/framework',
    'marathon/history',
    'marathon/instance/app',
    'marathon/instance/app',
    'marathon/root',
  ]);
});

test('a restart knows apps, versions, instances, failures and the framework again', () => {
  const cluster = new FakeCluster({ store: new MemoryStore() });
  cluster.put({ instances: 1 });
  cluster.advance(1000);
  cluster.update(cluster.instances()[0]?.task?.id ?? '', 'TASK_FAILED', { message: 'exit 3' });
  cluster.advance(20_000);
  cluster.put({ instances: 2 });
  cluster.advance(1000);
  const again = restarted(cluster);
  expect([...again.state.apps]).toEqual([...cluster.state.apps]);
  expect([...(again.state.versions.get('/app')?.keys() ?? [])]).toEqual([
    ...(cluster.state.versions.get('/app')?.keys() ?? []),
  ]);
  expect([...again.state.instances].sort()).toEqual([...cluster.state.instances].sort());
  expect([...again.state.failures]).toEqual([...cluster.state.failures]);
  expect(again.state.session.frameworkId).toBe(cluster.state.session.frameworkId);
  expect(again.state.rootVersion).toBe(cluster.state.rootVersion);
});

test('a deployment begins anew after a restart, and holds its locks from the first moment', () => {
  const cluster = new FakeCluster({ store: new MemoryStore() });
  cluster.behaviour = () => [];
  cluster.put({ instances: 1 });
  const again = restarted(cluster);
  const [deployment] = again.state.deployments.values();
  expect(deployment?.id).toBe([...cluster.state.deployments.keys()][0]);
  expect(again.state.locks.get('/app')).toBe(deployment?.id);
});

test('only so many versions are kept, and those that go are taken from the store', () => {
  const store = new MemoryStore();
  const cluster = new FakeCluster({ store, settings: { versionsKept: 3 } });
  for (const instances of [1, 2, 3, 4, 5]) {
    cluster.put({ instances });
    cluster.advance(5000);
  }
  expect(store.fetchAllNow('marathon/app/')).toHaveLength(3);
  expect(
    [...(restarted(cluster).state.versions.get('/app')?.values() ?? [])].map(({ instances }) => instances),
  ).toEqual([3, 4, 5]);
});

test('a removed app leaves nothing behind but what older versions of the root have', () => {
  const store = new MemoryStore();
  const cluster = new FakeCluster({ store, settings: { versionsKept: 2 } });
  cluster.put({ instances: 1 });
  cluster.advance(2000);
  cluster.update(cluster.instances()[0]?.task?.id ?? '', 'TASK_FAILED');
  cluster.advance(20_000);
  cluster.change({ remove: ['/app'] });
  cluster.advance(5000);
  const bare = ['marathon/framework', 'marathon/history', 'marathon/root'];
  expect(kinds(store)).toEqual(['marathon/app//app', ...bare]);
  cluster.change({ putGroups: [{ id: '/g', dependencies: [] }] });
  expect(kinds(store)).toEqual(bare);
});

describe('the stored root', () => {
  const withRemoved = (): FakeCluster => {
    const cluster = new FakeCluster({ store: new MemoryStore() });
    for (const id of ['/kept', '/gone', '/back']) cluster.put({ id, instances: 0 });
    cluster.advance(1000);
    cluster.change({ remove: ['/gone', '/back'] });
    cluster.advance(1000);
    cluster.put({ id: '/back', instances: 0, cmd: 'true' });
    cluster.advance(1000);
    return cluster;
  };
  const appsOf = ({ state }: FakeCluster): unknown => Object.fromEntries([...state.apps].sort());

  it('names the removed apps only, and leads to the same apps', () => {
    const cluster = withRemoved();
    const [root] = cluster.store.fetchAllNow('marathon/root');
    expect(JSON.parse(root?.value.toString() ?? '')).toMatchObject({
      removed: { apps: ['/gone'], pods: [] },
    });
    expect(appsOf(restarted(cluster))).toEqual(appsOf(cluster));
  });

  it('of an earlier Meseta names the version of each app', () => {
    const cluster = withRemoved();
    const { rootVersion: version, groups, apps } = cluster.state;
    const versions = Object.fromEntries([...apps].map(([id, app]) => [id, app.version]));
    const root = { version, groups: [...groups.values()], apps: versions };
    cluster.store.commitNow([{ name: 'marathon/root', value: Buffer.from(JSON.stringify(root)) }]);
    expect(appsOf(restarted(cluster))).toEqual(appsOf(cluster));
  });
});
