import type * as scheduler from '../../../../../cluster/api/generated/scheduler';
import { app, FakeCluster } from '../../fake-cluster';

const constrained = (id: string, rack: string) => ({ id, constraints: [['rack', 'IS', rack]] });

function clusterWith(offerConstraints: boolean): FakeCluster {
  return new FakeCluster({ agents: [], settings: { offerConstraints } });
}

/** The values of the rules in each update of the framework. */
const racksOf = (cluster: FakeCluster): (readonly (string | undefined)[])[] =>
  cluster
    .callsOf('UPDATE_FRAMEWORK')
    .map(({ update_framework: update }) =>
      (update?.offer_constraints?.role_constraints?.['*']?.groups ?? []).map(
        ({ attribute_constraints: [first] = [] }) => first?.predicate.text_equals?.value,
      ),
    );

const lastUpdate = (cluster: FakeCluster): scheduler.Call => {
  const [call] = cluster.callsOf('UPDATE_FRAMEWORK').slice(-1);
  if (!call) throw new Error('no update of the framework');
  return call;
};

test('the constraints of apps that wait go out before the REVIVE', () => {
  const cluster = clusterWith(true);
  cluster.put(constrained('/a', 'r1'));
  expect(racksOf(cluster)).toEqual([['r1']]);
  const types = cluster.calls.map(({ type }) => type);
  expect(types.indexOf('UPDATE_FRAMEWORK')).toBeLessThan(types.indexOf('REVIVE'));
});

test('without the flag none go out', () => {
  const cluster = clusterWith(false);
  cluster.put(constrained('/a', 'r1'));
  expect(cluster.advance(5000).callsOf('UPDATE_FRAMEWORK')).toEqual([]);
});

test('changes of one interval go out as one, and what has not changed does not go out', () => {
  const cluster = clusterWith(true);
  for (const [id, rack] of [['/a', 'r1'] as const, ['/b', 'r2'] as const, ['/c', 'r2'] as const])
    cluster.put(constrained(id, rack));
  expect(racksOf(cluster)).toEqual([['r1']]);
  cluster.advance(1000);
  expect(racksOf(cluster).slice(1)).toEqual([['r1', 'r2']]);
  cluster.advance(10_000);
  cluster.put(constrained('/d', 'r2'));
  expect(racksOf(cluster)).toHaveLength(2);
});

test('an app that takes any agent lifts the constraints', () => {
  const cluster = clusterWith(true);
  cluster.put(constrained('/a', 'r1'));
  cluster.put({ id: '/b' });
  cluster.advance(1000);
  expect(lastUpdate(cluster).update_framework?.offer_constraints).toEqual({});
});

test('a new subscription gets them anew', () => {
  const cluster = clusterWith(true);
  cluster.put(constrained('/a', 'r1'));
  cluster.disconnect();
  cluster.connect();
  expect(racksOf(cluster)).toEqual([['r1'], ['r1']]);
});

test('a master that refuses them gets fewer', () => {
  const cluster = clusterWith(true);
  cluster.change({ put: [app({ constraints: [['rack', 'LIKE', 'a+']] })] });
  const refuse = (): void => {
    const reason = "'UpdateFramework.offer_constraints' are not valid: the pattern is too large";
    cluster.post({ kind: 'scheduler.refused', call: lastUpdate(cluster), reason });
    cluster.advance(1000);
  };
  const predicates = (): unknown =>
    Object.values(lastUpdate(cluster).update_framework?.offer_constraints?.role_constraints ?? {}).map(
      ({ groups }) => groups?.[0]?.attribute_constraints?.[0]?.predicate,
    );
  expect(predicates()).toEqual([{ text_matches: { regex: 'a+' } }]);
  refuse();
  expect(predicates()).toEqual([{ exists: {} }]);
  refuse();
  expect(predicates()).toEqual([]);
});
