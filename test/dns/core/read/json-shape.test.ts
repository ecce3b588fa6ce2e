import fc from 'fast-check';
import {
  createShapeReader,
  listShape,
  membersShape,
  type Shape,
  WHOLE,
} from '../../../../dns/core/read/json-shape';

const inner = membersShape({ a: WHOLE, é: WHOLE, list: listShape(membersShape({ a: WHOLE })) });
const shape = membersShape({ a: WHOLE, inner, list: listShape(inner), 'with "quotes"': WHOLE });

/** What a shape leaves of a value, said in another way. */
function project(value: unknown, { members, items }: Shape): unknown {
  if (Array.isArray(value)) return items ? value.map((item) => project(item, items)) : value;
  if (typeof value !== 'object' || value === null || !members) return value;
  const wantedMembers = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    const wanted = members.find((candidate) => candidate.name === name);
    return wanted ? [[name, project(member, wanted.shape)]] : [];
  });
  return Object.fromEntries(wantedMembers);
}

function read(bytes: Uint8Array, start = 0): { end: number; value: unknown } {
  const reader = createShapeReader();
  reader.use(bytes);
  return { end: reader.read(start, shape), value: reader.value() };
}

const names = fc.constantFrom('a', 'b', 'é', 'inner', 'list', 'with "quotes"', 'a\\b', '');
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'grapheme' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.constantFrom(true, false, null, '"', '\\', '\u0000', 'long '.repeat(20)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(names, tie('value'), { maxKeys: 6 }),
  ),
}));
const objects = fc.dictionary(names, value, { maxKeys: 6 });

test('what is read is what JSON.parse gives, without the members that are not named', () => {
  fc.assert(
    fc.property(objects, fc.constantFrom(undefined, 1, '\t'), (object, space) => {
      const text = JSON.stringify(object, null, space);
      const bytes = Buffer.from(`  ${text},"more"`);
      const { end, value } = read(bytes, 2);
      expect(end).toBe(2 + Buffer.byteLength(text));
      expect(value).toEqual(project(JSON.parse(text), shape));
    }),
    { numRuns: 1000 },
  );
});

test('objects that follow each other may have their members in any order, with blanks and escapes or without', () => {
  const written = fc
    .tuple(objects, fc.constantFrom(undefined, 1), fc.boolean())
    .map(([object, space, turned]) => {
      const entries = Object.entries(object);
      return JSON.stringify(Object.fromEntries(turned ? entries.reverse() : entries), null, space);
    });
  fc.assert(
    fc.property(fc.array(written, { maxLength: 12 }), (texts) => {
      const reader = createShapeReader();
      for (const text of texts) {
        const bytes = Buffer.from(`${text} `);
        reader.use(bytes);
        expect(reader.read(0, shape)).toBe(bytes.length - 1);
        expect(reader.value()).toEqual(project(JSON.parse(text), shape));
        // What was learned is the reader's own: the bytes may be used for something else.
        bytes.fill(0);
      }
    }),
    { numRuns: 500 },
  );
});

test('numbers are those of JSON.parse', () => {
  const digits = fc.stringMatching(/^(0|[1-9]\d{0,16})(\.\d{1,16})?$/);
  fc.assert(
    fc.property(digits, (text) => {
      expect(read(Buffer.from(`{"a":${text}}`)).value).toEqual({ a: Number(text) });
    }),
    { numRuns: 2000 },
  );
});

test('a value that is cut anywhere is not complete', () => {
  fc.assert(
    fc.property(objects, (object) => {
      const bytes = Buffer.from(JSON.stringify(object));
      for (let end = 1; end < bytes.length; end++) expect(read(bytes.subarray(0, end)).end).toBe(-1);
    }),
    { numRuns: 100 },
  );
});

test.each([
  '{a:1}',
  '{"a" 1}',
  '{"a":1 2}',
  '{"a":}',
  '{"a":tru}',
  '{"a":01}',
  '{"a":1.}',
  '{"a":.5}',
  '{"a":1.2.3}',
  '{"a":00.5}',
  '{"a":"\u0001"}',
  '{"list":[1 2]}',
  '{1:2}',
])('%s is not JSON', (text) => {
  expect(() => read(Buffer.from(text))).toThrow();
});

test('members behind a value that is not the one that counts are passed over', () => {
  const guarded = membersShape({ state: WHOLE, a: WHOLE }, { name: 'state', value: 'up' });
  const readAs = (text: string): unknown => {
    const reader = createShapeReader();
    reader.use(Buffer.from(text));
    expect(reader.read(0, guarded)).toBe(text.length);
    return reader.value();
  };
  expect(readAs('{"state":"up","a":[1],"b":2}')).toEqual({ state: 'up', a: [1] });
  expect(readAs('{"state":"down","a":[1],"b":2}')).toEqual({ state: 'down' });
  expect(readAs('{"a":[1],"state":"down"}')).toEqual({ a: [1], state: 'down' });
  expect(readAs('{"a":[1]}')).toEqual({ a: [1] });
});

test('of two members with one name the last counts', () => {
  expect(read(Buffer.from('{"a":1,"\\u0061":2}')).value).toEqual({ a: 2 });
});

test('deep nesting in what is passed over is no matter', () => {
  const deep = 100_000;
  const text = `{"b":${'['.repeat(deep)}${']'.repeat(deep)},"a":1}`;
  expect(read(Buffer.from(text)).value).toEqual({ a: 1 });
});
