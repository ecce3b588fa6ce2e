import type { JobRecord } from '../../../../frameworks/chronos/core/jobs/record';
import { matcherOf, pageOf } from '../../../../frameworks/chronos/views/search';
import { World } from '../world';

function recordOf(name: string): JobRecord {
  const world = new World();
  world.put(name, {});
  return world.entry(name).record;
}

test.each([
  [{}, true],
  [{ name: 'night' }, true],
  [{ name: 'REPORT' }, true],
  [{ name: 'x' }, false],
  [{ command: '--ALL' }, true],
  [{ name: 'night', command: 'x' }, false],
  [{ any: 'OPT' }, true],
  [{ any: 'x' }, false],
  [{ name: 'x', any: 'opt' }, true],
  [{ name: 'night', any: 'x' }, true],
])('the query %j finds the job: %s', (query, isFound) => {
  const matches = matcherOf({ name: '', command: '', any: '', ...query });
  expect(matches('nightly-report', '/opt/report.sh --all')).toBe(isFound);
});

test.each([
  [10, 0, ['', 'a', 'b', '', 'c']],
  [1, 1, ['', 'b']],
  [0, 0, []],
  [10, 9, ['', '']],
])('%d jobs from the one at %d on are %j', (limit, offset, texts) => {
  const found = ['', recordOf('a'), recordOf('b'), '', recordOf('c')] as const;
  const page = pageOf(found, { name: '', command: '', any: '', limit, offset }, ({ job }) => job.name);
  expect([...page]).toEqual(texts);
});
