import { rootAt, versionsOfGroup } from '../../../../../frameworks/marathon/core/groups/history';
import { checkMarathon } from '../../../../../frameworks/marathon/core/instances/check-marathon';
import { app, FakeCluster } from '../../fake-cluster';

/** Ids and commands of the apps of a root, and its groups. */
function shape(cluster: FakeCluster, version: string): unknown {
  const root = rootAt(cluster.state, version);
  return (
    root && [
      [...root.apps.values()].map(({ id, cmd }) => `${id} ${cmd}`).sort(),
      [...root.groups.keys()].sort(),
    ]
  );
}

describe('earlier roots', () => {
  it('are those that were there, whatever came after them, also after a new start', () => {
    const cluster = new FakeCluster();
    const shapes = new Map<string, unknown>();
    const keep = (): unknown =>
      shapes.set(cluster.state.rootVersion, shape(cluster, cluster.state.rootVersion));
    const group = { id: '/g', dependencies: ['/x'] };
    const changes = [
      { put: [app({ id: '/a/b/x', cmd: 'one' })] },
      { put: [app({ id: '/a/b/x', cmd: 'two' }), app({ id: '/y', cmd: 'y' })] },
      { putGroups: [group] },
      { removeGroups: ['/a'] },
      { put: [app({ id: '/a/b/x', cmd: 'three' })], remove: ['/y'] },
      { restart: ['/a/b/x'] },
      { removeGroups: ['/'] },
    ];
    keep();
    for (const change of changes) {
      expect(cluster.change(change, { force: true })).toMatchObject({ ok: true });
      keep();
      cluster.advance(1000);
    }
    expect(shapes.size).toBe(changes.length + 1);
    const again = new FakeCluster({ store: cluster.store, startAt: cluster.clock.now() + 1 });
    for (const [version, expected] of shapes) {
      expect(shape(cluster, version)).toEqual(expected);
      expect(shape(again, version)).toEqual(expected);
    }
    expect(versionsOfGroup(again.state, '/')).toEqual([...shapes.keys()].reverse());
    const withA = [...shapes]
      .filter(([, entry]) => JSON.stringify(entry).includes('"/a"'))
      .map(([version]) => version);
    expect(versionsOfGroup(again.state, '/a')).toEqual(withA.reverse());
  });

  it('are forgotten beyond the limit, with the definitions that nothing else needs', () => {
    const cluster = new FakeCluster({ settings: { versionsKept: 3 } });
    cluster.put({ id: '/gone', instances: 0 });
    const first = cluster.state.rootVersion;
    cluster.change({ remove: ['/gone'] });
    expect(rootAt(cluster.state, first)?.apps.has('/gone')).toBe(true);
    cluster.put({ id: '/b', instances: 0 });
    cluster.put({ id: '/c', instances: 0 });
    expect(rootAt(cluster.state, first)).toBeUndefined();
    expect(cluster.state.history).toHaveLength(2);
    expect([...cluster.state.versions.keys()]).toEqual(['/b', '/c']);
  });

  it('are forgotten while instances of a removed app are still to end', () => {
    const cluster = new FakeCluster({ settings: { versionsKept: 1 } });
    cluster.put({ id: '/gone', healthChecks: [{ path: '/' }] });
    cluster.advance(5000);
    cluster.killable = false;
    cluster.change({ remove: ['/gone'] }, { force: true });
    expect([...cluster.state.versions.keys()]).toEqual([]);
    expect(cluster.instances('/gone')).toHaveLength(1);
    expect(checkMarathon(cluster.state)).toEqual([]);
  });
});
