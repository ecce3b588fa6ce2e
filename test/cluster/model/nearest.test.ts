import fc from 'fast-check';
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

it('agrees with the distance that no limit cuts, and says more than the limit beyond it', () => {
  const word = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }).map((letters) => letters.join(''));
  fc.assert(
    fc.property(word, word, fc.nat(8), (left, right, limit) => {
      expect(editDistance(left, right, limit)).toBe(Math.min(editDistance(left, right), limit + 1));
    }),
  );
});

it('ends after so many words of a length that can be near; others cost nothing', () => {
  let seen = 0;
  function* words(): Generator<string> {
    for (; seen < 100; seen++) yield seen % 2 === 0 ? 'much-too-long-to-be-near' : 'cpux';
  }
  expect(nearest('cpus', words(), 3, 10)).toEqual(['cpux', 'cpux', 'cpux']);
  expect(seen).toBe(21);
});
