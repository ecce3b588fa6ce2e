import { cluster } from '../../../../../frameworks/kit/core/constraints/cluster';
import { placedValues } from '../../placed-values';

test.each<[value: string, offered: string | undefined, placed: readonly string[], fits: boolean]>([
  ['a', 'a', [], true],
  ['a', 'b', [], false],
  ['a', 'a', ['b'], true],
  ['', 'b', [], true],
  ['', 'b', ['b', 'b'], true],
  ['', 'b', ['a'], false],
  ['', undefined, [], false],
  ['a', undefined, [], false],
])('CLUSTER "%s" of five instances takes an agent with %j beside %j: %s', (value, offered, placed, fits) => {
  expect(cluster({ value, offered, placed: placedValues(placed), instances: 5 })).toBe(fits);
});
