import { scalarError } from '../../../../../cluster/master/core/validate/scalar';

test.each([
  [0, undefined],
  [0.001, undefined],
  [Number.MAX_VALUE, undefined],
  [-0.001, 'Negative values not supported'],
  [Number.NaN, 'NaN not supported'],
  [Number.POSITIVE_INFINITY, 'Infinite values not supported'],
  [Number.NEGATIVE_INFINITY, 'Infinite values not supported'],
])('the quantity %p has the error %p', (value, error) => {
  expect(scalarError(value)).toBe(error);
});
