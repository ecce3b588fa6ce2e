import { isPattern, isUnbounded } from '../../../cluster/model/pattern';

test.each([
  ['r[12]', true, false],
  ['([a-z]+)+', true, false],
  ['(?!r1).*', true, false],
  ['(a)\\1', true, false],
  ['(', false, false],
  ['(?!r1)([a-z]+)+', true, true],
  ['(a|b)+\\1', true, true],
])('%s is a pattern: %s, whose match may never end: %s', (pattern, isOne, isEndless) => {
  expect([isPattern(pattern), isUnbounded(pattern)]).toEqual([isOne, isEndless]);
});
