import { isAbsolute, joined } from '../../../../../cluster/agent/docker/core/paths';

test.each([
  [['/a', 'b'], '/a/b'],
  [['/a/', './b//c/'], '/a/b/c'],
  [['/a', '../../b'], '/b'],
  [['/'], '/'],
])('%j is %s', (parts, path) => {
  expect(joined(...parts)).toBe(path);
});

test('a path from the root is absolute', () => {
  expect(['/a', 'a', './a', ''].map(isAbsolute)).toEqual([true, false, false, false]);
});
