import { matcherOf, type SearchQuery, searchPieces } from '../../../../frameworks/chronos/views/search';
import { DEFAULTS } from '../jobs';
import { RULES } from '../schedules';
import { readOf, whole } from '../view-world';
import { World } from '../world';

const JOB = { name: 'Nightly-Report', command: '/opt/report.sh --all' };

test.each([
  [{}, true],
  [{ name: 'night' }, true],
  [{ name: 'REPORT' }, true],
  [{ name: 'x' }, false],
  [{ command: '--ALL' }, true],
  [{ name: 'night', command: 'x' }, false],
  [{ any: 'opt' }, true],
  [{ any: 'x' }, false],
  [{ name: 'x', any: 'opt' }, true],
  [{ name: 'night', any: 'x' }, true],
])('the query %j finds the job: %s', (query, isFound) => {
  expect(matcherOf({ name: '', command: '', any: '', ...query })(JOB)).toBe(isFound);
});

function found(world: World, query: Partial<SearchQuery>): readonly string[] {
  const all = { name: '', command: '', any: '', limit: 10, offset: 0, ...query };
  const pieces = searchPieces(readOf(world), all, 'v1', { rules: RULES, defaults: DEFAULTS });
  return (JSON.parse(whole(pieces)) as { name: string }[]).map(({ name }) => name);
}

test('jobs are found in the order of their creation, and cut after the filter', () => {
  const world = new World();
  for (const name of ['c1', 'x', 'a1', 'b1']) world.put(name, {});
  expect(found(world, { name: '1' })).toEqual(['c1', 'a1', 'b1']);
  expect(found(world, { name: '1', offset: 1, limit: 1 })).toEqual(['a1']);
  expect(found(world, { limit: 0 })).toEqual([]);
  expect(found(world, { offset: 9 })).toEqual([]);
});

test('a long search makes pauses', () => {
  const world = new World();
  world.put('a', {});
  for (let number = 1; number < 1200; number++) world.state.jobs.set(`job-${number}`, world.entry('a'));
  const query = { name: 'none', command: '', any: '', limit: 10, offset: 0 };
  const pieces = [...searchPieces(readOf(world), query, 'v1', { rules: RULES, defaults: DEFAULTS })];
  expect(pieces).toEqual(['', '', '[]']);
});
