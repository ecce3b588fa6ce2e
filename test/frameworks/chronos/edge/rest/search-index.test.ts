import { SearchIndex } from '../../../../../frameworks/chronos/edge/rest/search-index';
import { matcherOf } from '../../../../../frameworks/chronos/views/search';
import { World } from '../../world';

function namesIn(index: SearchIndex, world: World, name: string): readonly string[] {
  const matches = matcherOf({ name, command: '', any: '' });
  return [...index.search(world.state, matches)].flatMap((record) =>
    record === '' ? [] : [record.job.name],
  );
}

test('jobs are found in the order of their creation', () => {
  const world = new World();
  for (const name of ['c1', 'x', 'a1']) world.put(name, {});
  const index = new SearchIndex();
  expect(namesIn(index, world, '1')).toEqual(['c1', 'a1']);
  expect(namesIn(index, world, 'none')).toEqual([]);
});

test('changes, additions and deletions are found by the next search', () => {
  const world = new World();
  const index = new SearchIndex();
  for (const name of ['a', 'b']) world.put(name, { command: 'old' });
  expect(namesIn(index, world, 'a')).toEqual(['a']);
  world.put('b', { command: 'new' });
  world.put('ab', {});
  const matches = matcherOf({ name: '', command: 'new', any: '' });
  expect([...index.search(world.state, matches)].filter((record) => record !== '')).toHaveLength(1);
  world.command('job.delete', 'a');
  expect(namesIn(index, world, 'a')).toEqual(['ab']);
});

test('letters are the same in either case, and names and commands are told apart', () => {
  const world = new World();
  world.put('Night', { command: '/opt/RUN' });
  const index = new SearchIndex();
  expect(namesIn(index, world, 'nIGHT')).toEqual(['Night']);
  expect(namesIn(index, world, 'run')).toEqual([]);
});

test('two searches at once do not disturb each other', () => {
  const world = new World();
  for (const name of ['a1', 'a2', 'a3']) world.put(name, {});
  const index = new SearchIndex();
  const first = index.search(world.state, matcherOf({ name: 'a', command: '', any: '' }));
  first.next();
  first.next();
  world.command('job.delete', 'a1');
  expect(namesIn(index, world, 'a')).toEqual(['a2', 'a3']);
  expect([...first].map((record) => (record === '' ? '' : record.job.name))).toEqual(['a2', 'a3']);
});

test('many jobs are searched in blocks, with a pause before each', () => {
  const world = new World();
  world.put('a', {});
  const entry = world.entry('a');
  for (let number = 1; number < 1200; number++) {
    const { record } = entry;
    const name = `job-${number}`;
    world.state.jobs.set(name, { ...entry, record: { ...record, job: { ...record.job, name } } });
  }
  const index = new SearchIndex();
  expect([...index.search(world.state, matcherOf({ name: 'zzz', command: '', any: '' }))]).toEqual([
    '',
    '',
    '',
  ]);
  expect(namesIn(index, world, 'job-1199')).toEqual(['job-1199']);
});
