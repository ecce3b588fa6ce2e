import {
  type Codec,
  double,
  flag,
  integer,
  listOf,
  newReading,
  numberText,
  objectOf,
  oneOf,
  text,
} from '../../../../../frameworks/chronos/core/jobs/codec';

function read<T>(codec: Codec<T>, value: unknown): unknown {
  const reading = newReading();
  const result = codec.read(value, '/m', reading);
  return reading.violations.length > 0
    ? reading.violations.map(({ path, clause }) => `${path} ${clause}`)
    : result;
}

test.each<[string, Codec<unknown>, unknown, unknown]>([
  ['a text', text as Codec<unknown>, 'a', 'a'],
  ['a text of a number', text as Codec<unknown>, 5, '5'],
  ['a text of a boolean', text as Codec<unknown>, true, 'true'],
  ['a text of a list', text as Codec<unknown>, [], ['/m must be a string, not a list']],
  ['a flag', flag as Codec<unknown>, false, false],
  ['a flag as a text', flag as Codec<unknown>, 'true', true],
  ['a flag as a number', flag as Codec<unknown>, 2, true],
  ['a flag of garbage', flag as Codec<unknown>, 'yes', ['/m must be true or false, not "yes"']],
  ['a double', double() as Codec<unknown>, 0.5, 0.5],
  ['a double as a text', double() as Codec<unknown>, '0.5', 0.5],
  ['a double of garbage', double() as Codec<unknown>, 'much', ['/m must be a number, not "much"']],
  ['a negative double', double() as Codec<unknown>, -1, ['/m must be at least 0, not -1']],
  ['an integer as a text', integer() as Codec<unknown>, ' 7 ', 7],
  ['a fraction', integer() as Codec<unknown>, 1.5, ['/m must be a whole number, not 1.5']],
  [
    'too large an integer',
    integer() as Codec<unknown>,
    3e9,
    ['/m must be at most 2147483647, not 3000000000'],
  ],
  ['a word', oneOf(['RW', 'RO']) as Codec<unknown>, 'RW', 'RW'],
  [
    'a word in another case',
    oneOf(['RW', 'RO']) as Codec<unknown>,
    'rw',
    ['/m must be one of RW, RO, not "rw"'],
  ],
  ['a word in any case', oneOf(['RW', 'RO'], { anyCase: true }) as Codec<unknown>, 'rw', 'RW'],
  ['a list', listOf(text) as Codec<unknown>, ['a', 1], ['a', '1']],
  ['a wrong entry', listOf(text) as Codec<unknown>, ['a', {}], ['/m/1 must be a string, not an object']],
  ['an entry of null', listOf(text) as Codec<unknown>, [null], ['/m/0 must be a string, not null']],
])('%s is read', (_name, codec, value, expected) => {
  expect(read(codec, value)).toEqual(expected);
});

const POINT = objectOf<{ x: number; y: number; label: string | undefined }>({
  x: { codec: integer(), isRequired: true },
  y: { codec: numberText({}), fallback: 3 },
  label: { codec: text, isHidden: true },
});

test('an object has its fallbacks, and null counts as absent', () => {
  expect(read(POINT, { x: 1, y: null })).toEqual({ x: 1, y: 3 });
});

test('a member that is missing has a violation with its path', () => {
  expect(read(POINT, { x: null })).toEqual(['/m/x is missing']);
  expect(read(POINT, 5)).toEqual(['/m must be an object, not 5']);
});

test('an object is printed in the order of its table', () => {
  expect(POINT.print({ y: 2, x: 1, label: undefined })).toBe('{"x":1,"y":"2"}');
  expect(POINT.print({ y: 2, x: 1, label: 'a"b' })).toBe('{"x":1,"y":"2","label":"a\\"b"}');
});

test('the schema of an object has defaults and required members', () => {
  expect(POINT.schema).toMatchObject({ required: ['x'], properties: { y: { type: 'integer', default: 3 } } });
});

test('members without an effect are noted with the names that have one', () => {
  const reading = newReading();
  POINT.read({ x: 1, z: 2 }, '', reading);
  expect(reading.unknown).toEqual([{ path: '/z', memberNames: ['x', 'y', 'label'] }]);
});
