import fc from 'fast-check';
import {
  canonicalText,
  faithfulText,
  hashOf,
  readCanonical,
} from '../../../../cluster/runtime/recording/canonical';

/** All that states and events are made of. Keys that look like our marks come up often. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.integer(),
    fc.double().map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.boolean(),
    fc.constant(null),
    fc.bigInt(),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.array(tie('value')),
    fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('$int', '$map', '$set', '$bytes', '$number', '$', '$$int')),
      tie('value'),
      { noNullPrototype: true },
    ),
    fc.array(fc.tuple(tie('value'), tie('value'))).map((entries) => new Map(entries)),
    fc.array(tie('value')).map((items) => new Set(items)),
  ),
}));

describe('canonical text', () => {
  it('reads back as what was written, and is then written the same', () => {
    fc.assert(
      fc.property(value, (input) => {
        const text = canonicalText(input);
        const read = readCanonical(text);
        expect(read).toEqual(input);
        expect(canonicalText(read)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, unknown]>([
    ['a big integer', { $int: 'no number' }],
    ['a map', { $map: 'no entries' }],
    ['a number', { $number: '1' }],
    ['an object with an escaped mark', { $$int: '1' }],
    ['bytes, in a list', [{ $bytes: 7 }]],
  ])('does not take an object of a peer for %s', (_name, input) => {
    expect(readCanonical(canonicalText(input))).toEqual(input);
  });

  it('does not depend on the order of members, but on the order of Maps, Sets and lists', () => {
    expect(hashOf({ a: 1, b: { c: 2, d: 3 } })).toBe(hashOf({ b: { d: 3, c: 2 }, a: 1 }));
    expect(hashOf(new Set([1, 2]))).not.toBe(hashOf(new Set([2, 1])));
    expect(hashOf(new Map([[1, 2]]))).not.toBe(hashOf(new Map([[2, 1]])));
    expect(hashOf([1, 2])).not.toBe(hashOf([2, 1]));
  });

  it('leaves out what is undefined, and tells values of different kinds apart', () => {
    expect(canonicalText({ a: undefined, b: 1 })).toBe('{"b":1}');
    const texts = [
      1,
      1n,
      '1',
      [1],
      { 1: 1 },
      new Set([1]),
      new Map([[1, 1]]),
      Buffer.of(1),
      Number.NaN,
      null,
    ].map(canonicalText);
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('has a form for every number', () => {
    for (const number of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, 5e-324]) {
      expect(readCanonical(canonicalText(number))).toBe(number);
    }
  });
});

it('keeps the order of keys in the faithful text, as the step saw it, and sorts them in the canonical one', () => {
  const event = { labels: { b: '1', a: undefined, $map: [2], A: { z: 1n, y: new Map([['k', 'v']]) } } };
  expect(JSON.stringify(readCanonical(faithfulText(event)), keysOf)).toBe(JSON.stringify(event, keysOf));
  expect(faithfulText(event)).toBe(
    '{"labels":{"b":"1","$map":[2],"A":{"z":{"$int":"1"},"y":{"$map":[["k","v"]]}}}}',
  );
  expect(canonicalText(event)).toBe(
    '{"labels":{"$map":[2],"A":{"y":{"$map":[["k","v"]]},"z":{"$int":"1"}},"b":"1"}}',
  );
  expect(hashOf({ a: 1, b: 2 })).toBe(hashOf({ b: 2, a: 1 }));
});

/** Big integers as text, so that JSON.stringify takes them. */
function keysOf(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
