import { checkMarathon } from '../../../../../frameworks/marathon/core/instances/check-marathon';
import type { Instance, MarathonState } from '../../../../../frameworks/marathon/core/state/state';
import { FakeCluster } from '../../fake-cluster';

type Damage = (state: MarathonState, instance: Instance) => unknown;

/** Damage to the state of a running app with one instance. */
test.each<[name: string, damage: Damage, violation: RegExp | undefined]>([
  ['no damage', () => undefined, undefined],
  ['an instance nobody knows', ({ byApp }) => byApp.clear(), /is missing in byApp/],
  [
    'one that waits and is not listed',
    (_state, instance) => (instance.condition = 'Failed'),
    /missing in waiting/,
  ],
  [
    'one that is listed and does not wait',
    ({ waiting }, { id }) => waiting.set('/app', new Set([id])),
    /waiting has 1 of 0/,
  ],
  [
    'one that is counted otherwise',
    (_state, instance) => (instance.goal = 'Decommissioned'),
    /is counted as/,
  ],
  [
    'one that is counted twice',
    ({ tallies }) => tallies.clear(),
    /0 instances are counted, 1 have a class, of 1/,
  ],
  ['a wish for nothing', ({ revive }) => revive.wanted.set('/app', 1), /asks for 1 launches, not for 0/],
  ['a task of nobody', ({ byTask }) => byTask.set('t9', 'nobody'), /task t9 is not that of nobody/],
  ['a lock of nobody', ({ locks }) => locks.set('/app', 'd9'), /locked by d9, which does not name it/],
  ['a version that is gone', ({ versions }) => versions.clear(), /has no version/],
])('%s is found', (_name, damage, violation) => {
  const cluster = new FakeCluster();
  cluster.put({});
  cluster.advance(5000);
  const [instance] = cluster.instances();
  if (!instance) throw new Error('no instance');
  damage(cluster.state, instance);
  const violations = checkMarathon(cluster.state);
  if (violation === undefined) expect(violations).toEqual([]);
  else expect(violations).toContainEqual(expect.stringMatching(violation));
});
