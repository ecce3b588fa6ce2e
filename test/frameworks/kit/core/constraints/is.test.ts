import { is } from '../../../../../frameworks/kit/core/constraints/is';
import { placedValues } from '../../placed-values';

test.each<[value: string, offered: string | undefined, placed: readonly string[], fits: boolean]>([
  ['a', 'a', [], true],
  ['a', 'b', [], false],
  ['1.50', '1.5', [], true],
  ['1.5', '1.5', [], true],
  ['2', '1.5', [], false],
  ['1.50', '1.50', [], false],
  ['1e1', '10', [], false],
  ['1e1', '1e1', [], true],
  ['-1', '-1', [], true],
  ['0.12345', '0.123', [], true],
  ['', '', [], true],
  ['', '0', [], false],
  ['a', undefined, [], false],
])('IS "%s" of five instances takes an agent with %j beside %j: %s', (value, offered, placed, fits) => {
  expect(is({ value, offered, placed: placedValues(placed), instances: 5 })).toBe(fits);
});
