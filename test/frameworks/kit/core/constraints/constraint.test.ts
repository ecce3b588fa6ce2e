import { countByValue } from '../../../../../frameworks/kit/core/constraints/constraint';

test.each<[values: readonly string[], counts: Record<string, number>]>([
  [[], {}],
  [['a'], { a: 1 }],
  [['a', 'b', 'a'], { a: 2, b: 1 }],
])('the values %j are counted as %j', (values, counts) => {
  expect(Object.fromEntries(countByValue(values))).toEqual(counts);
});
