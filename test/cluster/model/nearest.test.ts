import { editDistance, nearest } from '../../../cluster/model/nearest';

it.each([
  ['', '', 0],
  ['kitten', 'sitting', 3],
  ['web', '', 3],
  ['flaw', 'lawn', 2],
])('%j is as far from %j as it takes to change letters', (left, right, distance) => {
  expect(editDistance(left, right)).toBe(distance);
  expect(editDistance(right, left)).toBe(distance);
});

it('says that words are far apart without counting how far', () => {
  expect(editDistance('abcdefgh', 'stuvwxyz', 2)).toBe(3);
  expect(editDistance('a', 'abcdefgh', 2)).toBe(3);
});

it('finds the words that may be meant, nearest first, whatever their capitals', () => {
  const words = ['instances', 'instance', 'cpus', 'constraints'];
  expect(nearest('Instnaces', words, 2)).toEqual(['instances', 'instance']);
  expect(nearest('cpu', words, 5)).toEqual(['cpus']);
  expect(nearest('memory', words, 5)).toEqual([]);
});
