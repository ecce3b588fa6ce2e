import { cleanDomain, cleanLabel, isUsableName, shortenLabel } from '../../../../dns/core/names/labels';

const dashes = (count: number): string => '-'.repeat(count);

describe('cleanLabel', () => {
  test.each([
    ['drops what is not ASCII', 'naïve_Café.Ünï-code', 'nave-caf-n-code', 'nave-caf-n-code'],
    ['keeps leading digits unless RFC 952', '4digits', '4digits', 'digits'],
    ['trims dashes', '-lead-', 'lead', 'lead'],
    ['moves text up into the room of trimmed dashes', `hello${dashes(58)}f`, 'hellof', 'hellof'],
    ['does not trim twice', `hello${dashes(60)}f-`, 'hellof-', 'hellof-'],
    ['cuts', 'a'.repeat(70), 'a'.repeat(63), 'a'.repeat(24)],
    ['has nothing to use', '/// ', '', ''],
    [
      'cuts at 24 by RFC 952',
      'chronos with a space AND MIXED CASE-2.0.1',
      'chronoswithaspaceandmixedcase-2-0-1',
      'chronoswithaspaceandmixe',
    ],
  ])('%s', (_name, text, rfc1123, rfc952) => {
    expect(cleanLabel(text, 'rfc1123')).toBe(rfc1123);
    expect(cleanLabel(text, 'rfc952')).toBe(rfc952);
  });
});

test.each([
  ['keeps dots', 'marathon-0.7a.b6', 'marathon-0.7a.b6', 'marathon-0.a.b6'],
  ['drops empty parts', '.a..b.', 'a.b', 'a.b'],
  ['loses parts of digits by RFC 952', 'chronos-2.0.1', 'chronos-2.0.1', 'chronos-2'],
])('cleanDomain %s', (_name, text, rfc1123, rfc952) => {
  expect(cleanDomain(text, 'rfc1123')).toBe(rfc1123);
  expect(cleanDomain(text, 'rfc952')).toBe(rfc952);
});

test('shortenLabel leaves no dash at the new end', () => {
  expect(shortenLabel('abc--def', 5)).toBe('abc');
  expect(shortenLabel('abc', 5)).toBe('abc');
});

test.each([
  ['a.mesos', true],
  ['a b.mesos', true],
  ['a..mesos', false],
  ['', false],
  [`${'a'.repeat(64)}.mesos`, false],
  ['é.mesos', false],
  [`${'a.'.repeat(126)}a`, true],
  [`${'a.'.repeat(127)}a`, false],
])('isUsableName(%j) is %p', (name, usable) => {
  expect(isUsableName(name)).toBe(usable);
});
