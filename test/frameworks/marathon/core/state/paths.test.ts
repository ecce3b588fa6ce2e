import {
  ancestorsOf,
  dottedName,
  isBelow,
  parentOf,
  safeId,
} from '../../../../../frameworks/marathon/core/state/paths';

test.each([
  ['/', '/', []],
  ['/a', '/', ['/']],
  ['/a/b', '/a', ['/a', '/']],
  ['/a/b/c', '/a/b', ['/a/b', '/a', '/']],
])('%s is in %s and below %j', (path, parent, ancestors) => {
  expect([parentOf(path), ancestorsOf(path)]).toEqual([parent, ancestors]);
});

test.each([
  ['/a/b', '/a', true],
  ['/ab', '/a', false],
  ['/a', '/a', false],
  ['/a', '/', true],
  ['/', '/', false],
])('%s is below %s: %s', (path, group, below) => {
  expect(isBelow(path, group)).toBe(below);
});

test.each([
  ['/a', 'a', 'a'],
  ['/prod/web', 'prod_web', 'web.prod'],
  ['/', '', ''],
])('%s is %s in task ids and %s as a name', (path, id, name) => {
  expect([safeId(path), dottedName(path)]).toEqual([id, name]);
});
