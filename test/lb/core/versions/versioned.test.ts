/** The one cache: a value is used again for its version only. */

import { createVersioned, NO_VERSION, UNVERSIONED } from '../../../../lb/core/versions/versioned';

function counting() {
  const cache = createVersioned<number>();
  let made = 0;
  return { cache, value: (name: string, version: string | number) => cache.of(name, version, () => ++made) };
}

test('a value is made once for each version of its name', () => {
  const { value } = counting();
  const values = [value('a', 1), value('a', 1), value('b', 1), value('a', 2), value('a', 1)];
  expect(values).toEqual([1, 1, 2, 3, 4]);
});

test.each([NO_VERSION, UNVERSIONED])('without a version (%p) a value is made each time', (version) => {
  const { value } = counting();
  expect([value('a', version), value('a', version)]).toEqual([1, 2]);
});

test('names that are gone are forgotten once there are many', () => {
  const { cache, value } = counting();
  for (let index = 0; index < 200; index++) value(`n${index}`, 1);
  cache.trim(2, () => ['n0', 'n1']);
  expect([cache.get('n0', 1), cache.get('n1', 1), cache.get('n2', 1)]).toEqual([1, 2, undefined]);
  cache.trim(1, () => ['n0']);
  expect(cache.get('n1', 1)).toBe(2);
});
