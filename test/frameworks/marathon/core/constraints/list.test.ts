import type { ConstraintInput } from '../../../../../frameworks/marathon/core/constraints/constraint';
import { attributeText, scalarText } from '../../../../../frameworks/marathon/core/constraints/field';
import { CONSTRAINTS } from '../../../../../frameworks/marathon/core/constraints/list';

describe('constraints', () => {
  it.each<[string, string, string | undefined, string[], boolean]>([
    ['UNIQUE', '', 'a', [], true],
    ['UNIQUE', '', 'a', ['b'], true],
    ['UNIQUE', '', 'a', ['b', 'a'], false],
    ['UNIQUE', '', undefined, [], false],
    ['CLUSTER', 'a', 'a', [], true],
    ['CLUSTER', 'a', 'b', [], false],
    ['CLUSTER', '', 'b', [], true],
    ['CLUSTER', '', 'b', ['b', 'b'], true],
    ['CLUSTER', '', 'b', ['a'], false],
    ['LIKE', 'r[12]', 'r1', [], true],
    ['LIKE', 'r[12]', 'r1x', [], false],
    ['LIKE', 'a|b', 'b', [], true],
    ['LIKE', '.*', undefined, [], false],
    ['UNLIKE', 'r[12]', 'r3', [], true],
    ['UNLIKE', 'r[12]', 'r1', [], false],
    ['UNLIKE', 'r[12]', undefined, [], true],
    ['MAX_PER', '2', 'a', ['a', 'b'], true],
    ['MAX_PER', '2', 'a', ['a', 'a'], false],
    ['MAX_PER', '2', undefined, [], false],
    ['IS', 'a', 'a', [], true],
    ['IS', 'a', 'b', [], false],
    ['IS', '1.50', '1.5', [], true],
    ['GROUP_BY', '', 'a', [], true],
    ['GROUP_BY', '', 'b', ['a'], true],
    ['GROUP_BY', '', 'a', ['a', 'b'], true],
    ['GROUP_BY', '', 'a', ['a', 'a', 'b'], false],
    ['GROUP_BY', '', undefined, [], false],
    ['GROUP_BY', '2', 'c', ['a', 'b'], false],
    ['GROUP_BY', '2', 'b', ['a'], true],
    ['GROUP_BY', '2', 'a', ['a', 'a', 'b'], true],
    ['GROUP_BY', '2', 'a', ['a', 'a', 'a', 'b', 'b'], false],
  ])('%s %s takes %s beside %j: %s', (operator, value, offered, placed, expected) => {
    const question: ConstraintInput = { offered, placed, value, instances: 5 };
    expect(CONSTRAINTS[operator]?.(question)).toBe(expected);
  });
});

describe('attributes as text', () => {
  it.each([
    [1, '1'],
    [1.5, '1.5'],
    [0.12345, '0.123'],
    [0.0625, '0.062'],
  ])('scalar %d is %s', (value, text) => {
    expect(scalarText(value)).toBe(text);
  });

  it('ranges and sets are sorted', () => {
    const range = [
      { begin: 5, end: 6 },
      { begin: 1, end: 2 },
    ];
    expect(attributeText({ name: 'a', type: 'RANGES', ranges: { range } })).toBe('[1-2,5-6]');
    expect(attributeText({ name: 'a', type: 'SET', set: { item: ['b', 'a'] } })).toBe('{a,b}');
  });
});
