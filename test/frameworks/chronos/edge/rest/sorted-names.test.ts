import { SortedNames } from '../../../../../frameworks/chronos/edge/rest/sorted-names';
import { World } from '../../world';

test('names are sorted, and follow the jobs that come and go', () => {
  const world = new World();
  const names = new SortedNames();
  expect(names.of(world.state)).toEqual([]);
  for (const name of ['c', 'a', 'b']) world.put(name, {});
  const first = names.of(world.state);
  expect(first).toEqual(['a', 'b', 'c']);
  expect(names.of(world.state)).toBe(first);
  world.command('job.delete', 'a');
  world.put('ab', {});
  expect(names.of(world.state)).toEqual(['ab', 'b', 'c']);
  expect(first).toEqual(['a', 'b', 'c']);
});
