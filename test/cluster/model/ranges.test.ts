import fc from 'fast-check';
import {
  addRanges,
  containsRanges,
  countRanges,
  normalRanges,
  printRanges,
  type Range,
  type Ranges,
  readRanges,
  subtractRanges,
} from '../../../cluster/model/ranges';

const range = fc
  .tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 30 }))
  .map(([begin, length]): Range => [begin, begin + length]);
const ranges = fc.array(range, { maxLength: 8 }).map(normalRanges);

/** The numbers themselves, which is what ranges stand for. */
function numbers(of: Ranges): number[] {
  return of.flatMap(([begin, end]) => Array.from({ length: end - begin + 1 }, (_, index) => begin + index));
}

describe('ranges', () => {
  it.each<[string, Range[], Ranges]>([
    ['nothing', [], []],
    [
      'ranges out of order',
      [
        [5, 6],
        [1, 2],
      ],
      [
        [1, 2],
        [5, 6],
      ],
    ],
    [
      'ranges that touch',
      [
        [1, 2],
        [3, 4],
      ],
      [[1, 4]],
    ],
    [
      'ranges that overlap',
      [
        [1, 5],
        [2, 3],
      ],
      [[1, 5]],
    ],
    ['an empty range', [[3, 2]], []],
  ])('brings %s into the normal form', (_name, input, expected) => {
    expect(normalRanges(input)).toEqual(expected);
  });

  it('are always sorted and apart, and hold exactly the numbers given', () => {
    fc.assert(
      fc.property(fc.array(range), (input) => {
        const normal = normalRanges(input);
        for (const [index, [begin, end]] of normal.entries()) {
          expect(begin).toBeLessThanOrEqual(end);
          const before = normal[index - 1];
          if (before) expect(begin).toBeGreaterThan(before[1] + 1);
        }
        expect(new Set(numbers(normal))).toEqual(new Set(numbers(input)));
        expect(countRanges(normal)).toBe(numbers(normal).length);
      }),
    );
  });

  it('add and subtract as sets of numbers do', () => {
    fc.assert(
      fc.property(ranges, ranges, (left, right) => {
        const both = new Set([...numbers(left), ...numbers(right)]);
        expect(new Set(numbers(addRanges(left, right)))).toEqual(both);
        const removed = new Set(numbers(right));
        const rest = numbers(left).filter((number) => !removed.has(number));
        expect(numbers(subtractRanges(left, right))).toEqual(rest);
      }),
    );
  });

  it('are contained when nothing of the inner is outside', () => {
    fc.assert(
      fc.property(ranges, ranges, (outer, inner) => {
        const all = new Set(numbers(outer));
        expect(containsRanges(outer, inner)).toBe(numbers(inner).every((number) => all.has(number)));
      }),
    );
  });

  it('do not change what they are given', () => {
    const left: Ranges = Object.freeze([Object.freeze([1, 10] as const)]);
    expect(subtractRanges(left, [[4, 5]])).toEqual([
      [1, 3],
      [6, 10],
    ]);
    expect(addRanges(left, [[11, 12]])).toEqual([[1, 12]]);
    expect(left).toEqual([[1, 10]]);
  });
});

describe('the text of ranges', () => {
  it('reads back what it printed', () => {
    fc.assert(fc.property(ranges, (input) => expect(readRanges(printRanges(input))).toEqual(input)));
  });

  it.each([
    ['31000', 'expected [begin-end, ...]'],
    ['[1-2', 'expected [begin-end, ...]'],
    ['[1-2,]', '"" is not begin-end'],
    ['[a-b]', '"a-b" is not begin-end'],
    ['[3-1]', 'begin exceeds end'],
  ])('refuses %s and says why', (text, reason) => {
    expect(readRanges(text)).toEqual({ error: `Cannot parse ranges "${text}": ${reason}` });
  });

  it('takes blanks, and brackets with nothing in them', () => {
    expect(readRanges(' [ 1 - 2 ,4-5] ')).toEqual([
      [1, 2],
      [4, 5],
    ]);
    expect(readRanges('[]')).toEqual([]);
  });
});
