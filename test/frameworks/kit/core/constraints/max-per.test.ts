import { maxPer } from '../../../../../frameworks/kit/core/constraints/max-per';
import { placedValues } from '../../placed-values';

test.each<[value: string, offered: string | undefined, placed: readonly string[], fits: boolean]>([
  ['2', 'a', ['a', 'b'], true],
  ['2', 'a', ['a', 'a'], false],
  ['2', 'b', ['a', 'a'], true],
  ['1', 'a', [], true],
  ['0', 'a', [], false],
  ['2', undefined, [], false],
])('MAX_PER "%s" of five instances takes an agent with %j beside %j: %s', (value, offered, placed, fits) => {
  expect(maxPer({ value, offered, placed: placedValues(placed), instances: 5 })).toBe(fits);
});
