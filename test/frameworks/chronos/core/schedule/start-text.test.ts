import { printInstant, readStart } from '../../../../../frameworks/chronos/core/schedule/start-text';
import { at, iso, RULES } from '../../schedules';

test.each([
  ['2026', '2026-01-01T00:00:00Z', undefined],
  ['2026-05', '2026-05-01T00:00:00Z', undefined],
  ['2026-05-07', '2026-05-07T00:00:00Z', undefined],
  ['2026-121', '2026-05-01T00:00:00Z', undefined],
  ['2026-W18', '2026-04-27T00:00:00Z', undefined],
  ['2026-W18-5', '2026-05-01T00:00:00Z', undefined],
  ['2020-W53-7', '2021-01-03T00:00:00Z', undefined],
  ['2026-05-01T10', '2026-05-01T10:00:00Z', undefined],
  ['2026-05-01T10:30', '2026-05-01T10:30:00Z', undefined],
  ['2026-05-01T10:30:15', '2026-05-01T10:30:15Z', undefined],
  ['2026-05-01T10.5', '2026-05-01T10:30:00Z', undefined],
  ['2026-05-01T10:30,5', '2026-05-01T10:30:30Z', undefined],
  ['2026-05-01T10:30:15.1239', '2026-05-01T10:30:15.123Z', undefined],
  ['2026-05-01T10:30:15Z', '2026-05-01T10:30:15Z', 0],
  ['2026-05-01t10:30:15z', '2026-05-01T10:30:15Z', 0],
  ['2026-05-01T10:30+02:00', '2026-05-01T10:30:00Z', 7200],
  ['2026-05-01T10:30-08', '2026-05-01T10:30:00Z', -28_800],
  ['2026-05-01T10:30+01:02:03', '2026-05-01T10:30:00Z', 3723],
  ['2026-05-01T10:30-00:00', '2026-05-01T10:30:00Z', 0],
  ['2026-05-01TZ', '2026-05-01T00:00:00Z', 0],
  ['T10:00Z', '1970-01-01T10:00:00Z', 0],
])('the start %s is %s with an offset of %s seconds', (text, time, seconds) => {
  const start = readStart(text);
  expect(iso(start?.time)).toBe(time);
  expect(start?.offset).toBe(seconds === undefined ? undefined : seconds * 1000);
});

test.each([
  '',
  'x',
  '20260501',
  '20260501T100000Z',
  '2026-05-01 10:00:00',
  '2026-05-01T24:00',
  '2026-05-01T10:60',
  '2026-05-01T10:00:60',
  '2026-13-01',
  '2026-00-01',
  '2026-02-30',
  '2026-366',
  '2026-000',
  '2026-W54',
  '2021-W53',
  '2026-W18-8',
  '2026-05-01Z',
  '2026-05-01T10:00+24:00',
  'T',
  'TZ',
  '10:00',
  '2026-05-01T10:00:00.',
])('the text %j is no start', (text) => {
  expect(readStart(text)).toBeUndefined();
});

test.each([
  [{ offset: 0 }, '2026-05-01T10:00:00.000Z'],
  [{ offset: 19_800_000 }, '2026-05-01T15:30:00.000+05:30'],
  [{ offset: -3_723_000 }, '2026-05-01T08:57:57.000-01:02:03'],
  [{ name: 'Europe/Berlin' }, '2026-05-01T12:00:00.000+02:00'],
  [{ name: 'Europe/London' }, '2026-05-01T11:00:00.000+01:00'],
])('an instant in the zone %j is printed as %s', (zone, text) => {
  expect(printInstant(RULES, zone, at('2026-05-01T10:00:00Z'))).toBe(text);
});

test('a zone at Greenwich is printed as Z in winter', () => {
  const instant = at('2026-01-01T10:00:00Z');
  expect(printInstant(RULES, { name: 'Europe/London' }, instant)).toBe('2026-01-01T10:00:00.000Z');
});
