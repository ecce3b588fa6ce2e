import { like, unlike } from '../../../../../frameworks/kit/core/constraints/like';
import { placedValues } from '../../placed-values';

test.each<[value: string, offered: string | undefined, placed: readonly string[], fits: boolean]>([
  ['r[12]', 'r1', [], true],
  ['r[12]', 'r1x', [], false],
  ['r[12]', 'xr1', [], false],
  ['a|b', 'b', [], true],
  ['a|b', 'ab', [], false],
  ['.*', undefined, [], false],
  ['', '', [], true],
])('LIKE "%s" of five instances takes an agent with %j beside %j: %s', (value, offered, placed, fits) => {
  expect(like({ value, offered, placed: placedValues(placed), instances: 5 })).toBe(fits);
  expect(unlike({ value, offered, placed: placedValues(placed), instances: 5 })).toBe(!fits);
});
