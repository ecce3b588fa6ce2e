import { readInt32 } from '../../../../cluster/runtime/http/json';

describe('a number of a query', () => {
  const cases: readonly (readonly [string | undefined, number | undefined])[] = [
    [undefined, undefined],
    ['', undefined],
    ['7', 7],
    ['+7', 7],
    ['-1', -1],
    ['0x10', 16],
    ['-0x1', -1],
    ['2147483647', 2147483647],
    ['2147483648', undefined],
    ['1.5', undefined],
    ['7 ', undefined],
    ['many', undefined],
  ];

  it.each(cases)('%p is %p', (text, value) => {
    expect(readInt32(text)).toBe(value);
  });
});
