import { groupBy } from '../../../../../frameworks/kit/core/constraints/group-by';
import { placedValues } from '../../placed-values';

test.each<[value: string, offered: string | undefined, placed: readonly string[], fits: boolean]>([
  ['', 'a', [], true],
  ['', 'b', ['a'], true],
  ['', 'a', ['a', 'b'], true],
  ['', 'a', ['a', 'a', 'b'], false],
  ['', 'b', ['a', 'a', 'b'], true],
  ['', undefined, [], false],
  ['2', 'c', ['a', 'b'], false],
  ['2', 'b', ['a'], true],
  ['2', 'a', ['a', 'a', 'b'], true],
  ['2', 'a', ['a', 'a', 'a', 'b', 'b'], false],
  ['2', 'b', ['a', 'a', 'a', 'b'], true],
  ['1', 'a', ['a', 'a', 'a', 'a'], true],
  ['1', 'b', ['a'], false],
  ['0', 'a', ['a'], true],
])('GROUP_BY "%s" of five instances takes an agent with %j beside %j: %s', (value, offered, placed, fits) => {
  expect(groupBy({ value, offered, placed: placedValues(placed), instances: 5 })).toBe(fits);
});
