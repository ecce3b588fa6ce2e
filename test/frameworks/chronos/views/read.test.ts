import { entryIn, jsonList } from '../../../../frameworks/chronos/views/read';
import { readOf, whole } from '../view-world';
import { World } from '../world';

test.each([
  [[], '[]'],
  [['1'], '[1]'],
  [['', '1', '', '2', ''], '[1,2]'],
  [[''], '[]'],
])('the list of %j is %s: an empty text is a pause', (entries, text) => {
  expect(whole(jsonList(entries))).toBe(text);
});

test('an entry is read by its name', () => {
  const world = new World();
  world.put('a', {});
  expect(entryIn(readOf(world), 'a')).toBe(world.entry('a'));
  expect(entryIn(readOf(world), 'x')).toBeUndefined();
});
