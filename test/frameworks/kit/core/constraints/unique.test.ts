import { unique } from '../../../../../frameworks/kit/core/constraints/unique';
import { placedValues } from '../../placed-values';

test.each<[value: string, offered: string | undefined, placed: readonly string[], fits: boolean]>([
  ['', 'a', [], true],
  ['', 'a', ['b'], true],
  ['', 'a', ['b', 'a'], false],
  ['', undefined, [], false],
])('UNIQUE "%s" of five instances takes an agent with %j beside %j: %s', (value, offered, placed, fits) => {
  expect(unique({ value, offered, placed: placedValues(placed), instances: 5 })).toBe(fits);
});
