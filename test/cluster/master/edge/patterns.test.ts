import fc from 'fast-check';
import { RE2JS } from 're2js';
import { matchesWhole } from '../../../../cluster/master/core/offer-constraints/program';
import { readPattern } from '../../../../cluster/master/edge/patterns';

const LIMITS = { memoryBytes: 1 << 20, programSize: 10_000 };

function matches(pattern: string, text: string): boolean {
  const program = readPattern(pattern, LIMITS);
  if ('error' in program) throw new Error(program.error);
  return matchesWhole(program, text);
}

it.each([
  ['node-[0-9]{1,2}', 'node-12', true],
  ['node-[0-9]{1,2}', 'node-123', false],
  ['a|ab', 'ab', true],
  ['(?i)Rack[A-C]', 'rACKb', true],
  ['(?i)k', '\u212a', true],
  ['.*', 'a\nb', false],
  ['(?s).*', 'a\nb', true],
  ['^a$', 'a', true],
  ['a\\b.*', 'a b', true],
  ['a\\b.*', 'ab', false],
  ['\\pL+', 'äöü', true],
  ['', '', true],
  ['[^x]', '😀', true],
])('matches the whole text or not: %s with %j', (pattern, text, wanted) => {
  expect(matches(pattern, text)).toBe(wanted);
});

const atom = fc.constantFrom('a', 'b', '[ab]', '[^a]', '.', '\\w', '\\b', '^', '$', '(?i:A)', '\\d');
const pattern = fc
  .array(fc.tuple(atom, fc.constantFrom('', '*', '+', '?', '{2}', '{0,2}')), { minLength: 1, maxLength: 6 })
  .chain((parts) => {
    const text = parts.map(([one, many]) => `(?:${one})${many}`);
    return fc.constantFrom(text.join(''), `(${text.join('|')})*`, text.join('|'));
  });

test('a program matches exactly what RE2 matches', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', ' ', '1', '\n', 'ſ'), maxLength: 6 });
  fc.assert(
    fc.property(pattern, text, (one, other) => {
      expect(matches(one, other)).toBe(RE2JS.compile(one).matches(other));
    }),
    { numRuns: 2000 },
  );
});

test('a program is quick with patterns that make backtracking engines slow', () => {
  const began = process.cpuUsage().user;
  expect(matches('(a*)*(a*)*b', 'a'.repeat(2000))).toBe(false);
  expect(process.cpuUsage().user - began).toBeLessThan(5e6);
});

test('wrong patterns are refused in the words of RE2', () => {
  const limits = { memoryBytes: 4096, programSize: 100 };
  const wrong = (text: string): unknown => readPattern(text, limits);
  expect(wrong('(a')).toEqual({ error: "Failed to construct regex from pattern '(a': missing ): (a" });
  expect(wrong('(?=a)')).toEqual({
    error: "Failed to construct regex from pattern '(?=a)': invalid perl operator: (?=",
  });
  expect(wrong('(\\w{50}){3}')).toEqual({
    error: expect.stringMatching(
      /is too complex: program size of \d+ is larger than maximum of 100 allowed$/,
    ),
  });
  expect(wrong('a'.repeat(5000))).toEqual({
    error: expect.stringMatching(/pattern too large - compile failed$/),
  });
});
