import { NAME_MAX, nameFault } from '../../../../../frameworks/chronos/core/jobs/names';

test.each([
  ['a', 'v1', undefined],
  ['job_1.x-Y', 'v1', undefined],
  ['', 'v1', 'must not be empty'],
  ['a b', 'v1', "must have letters, digits, _, . and - only, not 'a b'"],
  ['a#b', 'v1', "must have letters, digits, _, . and - only, not 'a#b'"],
  ['a b#', 'legacy', undefined],
  ['a/b', 'legacy', "must have letters, digits, blanks, _, ., # and - only, not 'a/b'"],
  ['a\n', 'legacy', "must have letters, digits, blanks, _, ., # and - only, not 'a\n'"],
  ['a:b', 'v1', "must have letters, digits, _, . and - only, not 'a:b'"],
  ['.', 'v1', "must not be '.', which no path can name"],
  ['..', 'legacy', "must not be '..', which no path can name"],
  ['...', 'v1', undefined],
  ['ä', 'v1', "must have letters, digits, _, . and - only, not 'ä'"],
  ['x'.repeat(NAME_MAX), 'v1', undefined],
  ['x'.repeat(300), 'v1', 'must have at most 230 characters, not 300'],
] as const)('the name %j on the base %s', (name, base, fault) => {
  expect(nameFault(name, base)).toBe(fault);
});
