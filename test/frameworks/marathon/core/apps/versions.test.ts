import {
  differenceOf,
  nextVersion,
  sortedText,
  stamped,
} from '../../../../../frameworks/marathon/core/apps/versions';
import { startTurn } from '../../../../../frameworks/marathon/core/state/turn';
import { app, FakeCluster } from '../../fake-cluster';

test.each([
  [{}, 'none'],
  [{ instances: 3 }, 'scale'],
  [{ cmd: 'other' }, 'config'],
  [{ cmd: 'other', instances: 3 }, 'config'],
  [{ labels: { A: 'b' } }, 'config'],
  [{ backoffSeconds: 9 }, 'config'],
  [{ upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 } }, 'config'],
  [{ version: '2030-01-01T00:00:00.000Z' }, 'none'],
])('a change by %j is %s', (change, difference) => {
  expect(differenceOf(app({}), app(change))).toBe(difference);
});

test('versions never repeat, even when the clock stands or goes back', () => {
  const { state } = new FakeCluster({ connect: false });
  const times = [5000, 5000, 4000, 9000].map((now) =>
    Date.parse(nextVersion(startTurn({ state, now, effects: [] }))),
  );
  const [first = 0] = times;
  expect(times).toEqual([first, first + 1, first + 2, Math.max(9000, first + 3)]);
});

const [OLD, NEW] = ['2020-01-01T00:00:00.000Z', '2030-01-01T00:00:00.000Z'];

test.each([
  ['config', true, NEW],
  ['scale', true, OLD],
  ['none', true, OLD],
  ['scale', false, NEW],
] as const)(
  'a difference of %s (known before: %s) has its configuration from %s',
  (difference, known, configAt) => {
    const before = stamped(app({}), OLD, undefined, 'config');
    const after = stamped(app({ instances: 2 }), NEW, known ? before : undefined, difference);
    expect(after).toMatchObject({
      version: NEW,
      versionInfo: { lastScalingAt: NEW, lastConfigChangeAt: configAt },
    });
  },
);

test.each([
  [{ b: 1, a: { d: 1, c: undefined } }, '{"a":{"d":1},"b":1}'],
  [[{ b: 1, a: 2 }], '[{"a":2,"b":1}]'],
  [null, 'null'],
])('%j is the text %s', (value, text) => {
  expect(sortedText(value)).toBe(text);
});
