import { isObject, shownValue } from '../../../cluster/model/json-value';

test.each([
  [{}, true],
  [[], false],
  [null, false],
  ['text', false],
  [undefined, false],
])('%j is an object: %s', (value, expected) => {
  expect(isObject(value)).toBe(expected);
});

test.each([
  [7, '7'],
  ['a"b', '"a\\"b"'],
  [null, 'null'],
  [undefined, 'nothing'],
  [[1], 'a list'],
  [{ a: 1 }, 'an object'],
  ['x'.repeat(100), `"${'x'.repeat(59)}...`],
])('%j is shown as %s', (value, expected) => {
  expect(shownValue(value)).toBe(expected);
});
