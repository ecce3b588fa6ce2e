import { sameContent } from '../../../cluster/model/equal';

describe('the content of two values', () => {
  it.each([
    ['numbers of the wire, whatever holds them', { at: 5n }, { at: 5 }, true],
    ['fields in another order', { a: 1, b: { c: 2 } }, { b: { c: 2 }, a: 1 }, true],
    ['a field that is undefined and one that is absent', { a: 1, b: undefined }, { a: 1 }, true],
    ['lists in the same order', [1, { a: 'x' }], [1, { a: 'x' }], true],
    ['lists in another order', [1, 2], [2, 1], false],
    ['lists of other lengths', [1], [1, 1], false],
    ['a list and an object', [], {}, false],
    ['a text and a number', { a: '1' }, { a: 1 }, false],
    ['a field more', { a: 1 }, { a: 1, b: 1 }, false],
    ['null and nothing', { a: null }, {}, false],
  ])('compares %s', (_name, a, b, same) => {
    expect(sameContent(a, b)).toBe(same);
    expect(sameContent(b, a)).toBe(same);
  });
});
