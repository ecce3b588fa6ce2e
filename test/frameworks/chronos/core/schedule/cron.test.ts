import { Cron } from 'croner';
import fc from 'fast-check';
import { cronSlotAfter } from '../../../../../frameworks/chronos/core/schedule/cron';
import { readCron } from '../../../../../frameworks/chronos/core/schedule/cron-text';
import { isFault } from '../../../../../frameworks/chronos/core/schedule/fault';
import { at, iso, RULES } from '../../schedules';

function slots(text: string, name: string, from: string, count: number): (string | undefined)[] {
  const fields = readCron(text);
  if (isFault(fields)) throw new Error(fields.fault);
  let after: number | undefined = at(from);
  return Array.from({ length: count }, () => {
    after =
      after === undefined ? undefined : cronSlotAfter(RULES, { kind: 'cron', zone: { name }, fields }, after);
    return iso(after);
  });
}

test.each([
  ['0 9 * * 1-5', '2026-12-04T09:00:00Z', ['2026-12-07T09:00:00Z', '2026-12-08T09:00:00Z']],
  ['0 0 L * *', '2027-01-31T00:00:00Z', ['2027-02-28T00:00:00Z', '2027-03-31T00:00:00Z']],
  ['0 0 13 * 5', '2026-11-13T00:00:00Z', ['2026-11-20T00:00:00Z', '2026-11-27T00:00:00Z']],
  ['0 0 29 2 *', '2026-01-01T00:00:00Z', ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']],
  ['*/15 * * * *', '2026-12-31T23:44:00Z', ['2026-12-31T23:45:00Z', '2027-01-01T00:00:00Z']],
  ['15,45 59 23 31 12 *', '2026-12-31T23:59:15Z', ['2026-12-31T23:59:45Z', '2027-12-31T23:59:15Z']],
])('%s has after %s the slots %j', (text, from, expected) => {
  expect(slots(text, 'UTC', from, expected.length)).toEqual(expected);
});

test('a time in the gap is pushed later by it, and slots stay in order', () => {
  expect(slots('30 2 * * *', 'Europe/Berlin', '2026-03-28T02:00:00Z', 2)).toEqual([
    '2026-03-29T01:30:00Z',
    '2026-03-30T00:30:00Z',
  ]);
  expect(slots('15,30 2,3 29 3 *', 'Europe/Berlin', '2026-03-28T02:00:00Z', 3)).toEqual([
    '2026-03-29T01:15:00Z',
    '2026-03-29T01:30:00Z',
    '2027-03-29T00:15:00Z',
  ]);
  expect(slots('10 3 * * *', 'Europe/Berlin', '2026-03-29T00:59:00Z', 1)).toEqual(['2026-03-29T01:10:00Z']);
  expect(slots('30 2,4 29 3 *', 'Europe/Berlin', '2026-03-29T01:10:00Z', 2)).toEqual([
    '2026-03-29T01:30:00Z',
    '2026-03-29T02:30:00Z',
  ]);
});

test('a time in the overlap is in its first pass only', () => {
  expect(slots('30 2 * * *', 'Europe/Berlin', '2026-10-25T00:00:00Z', 2)).toEqual([
    '2026-10-25T00:30:00Z',
    '2026-10-26T01:30:00Z',
  ]);
});

test('with any hour, slots are in both passes of the overlap and not twice after the gap', () => {
  expect(slots('30 * * * *', 'Europe/Berlin', '2026-10-25T00:00:00Z', 3)).toEqual([
    '2026-10-25T00:30:00Z',
    '2026-10-25T01:30:00Z',
    '2026-10-25T02:30:00Z',
  ]);
  expect(slots('0 * * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', 2)).toEqual([
    '2026-03-29T01:00:00Z',
    '2026-03-29T02:00:00Z',
  ]);
  expect(slots('0 * * * *', 'Europe/Berlin', '2026-10-25T00:30:00Z', 2)).toEqual([
    '2026-10-25T01:00:00Z',
    '2026-10-25T02:00:00Z',
  ]);
});

test('slots are those of croner, where no clock is changed', () => {
  const expressions = ['*/7 * * * *', '0 3 * * *', '5 4 1,15 * *', '30 6 * * 1-5', '0 0 L * *', '0 12 * 2 *'];
  const instant = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2036-01-01T00:00:00Z') });
  fc.assert(
    fc.property(fc.constantFrom(...expressions), instant, (text, after) => {
      const expected = new Cron(text, { timezone: 'UTC' }).nextRun(new Date(after))?.toISOString();
      expect(slots(text, 'UTC', new Date(after).toISOString(), 1)).toEqual([expected?.replace('.000Z', 'Z')]);
    }),
  );
});

test('slots come in order through every change of clocks', () => {
  const expressions = ['*/20 * * * *', '*/30 1-3 * * *', '15 2 * * *', '45 1,2 * * 0'];
  const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'];
  const start = fc.integer({ min: at('2026-03-01T00:00:00Z'), max: at('2026-11-10T00:00:00Z') });
  fc.assert(
    fc.property(fc.constantFrom(...expressions), fc.constantFrom(...zones), start, (text, zone, from) => {
      const series = slots(text, zone, new Date(from).toISOString(), 20);
      const rest = slots(text, zone, series[9] ?? '', 10);
      expect(series).toEqual([...series].sort());
      expect(new Set(series).size).toBe(20);
      expect(series.slice(10)).toEqual(rest);
    }),
  );
});
