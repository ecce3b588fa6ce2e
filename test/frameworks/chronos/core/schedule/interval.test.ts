import fc from 'fast-check';
import { DateTime } from 'luxon';
import { isFault } from '../../../../../frameworks/chronos/core/schedule/fault';
import {
  type Interval,
  type IntervalText,
  indexAfter,
  intervalSlotAfter,
  placeInterval,
  printInterval,
  readInterval,
  slotAt,
} from '../../../../../frameworks/chronos/core/schedule/interval';
import { UTC, type Zone } from '../../../../../frameworks/chronos/core/schedule/zone';
import { at, iso, NOW, RULES } from '../../schedules';

function text(schedule: string): IntervalText {
  const reading = readInterval(schedule);
  if (isFault(reading)) throw new Error(reading.fault);
  return reading;
}

function interval(schedule: string, zone?: Zone): Interval {
  const placed = placeInterval(RULES, text(schedule), { zone, serverZone: UTC, now: NOW });
  if (isFault(placed)) throw new Error(placed.fault);
  return placed;
}

const slots = (schedule: string, zone: Zone | undefined, indexes: readonly number[]) =>
  indexes.map((index) => iso(slotAt(RULES, interval(schedule, zone), index)));

test.each([
  ['R/2026-01-01T00:00:00Z/PT1H', undefined],
  ['R5/2026-01-01T00:00:00Z/PT1H', 5],
  ['R0//P', 0],
  ['R1//P', 1],
  ['R1//PT0S', 1],
  ['R007//P1D', 7],
])('%s has the count %s', (schedule, count) => {
  expect(text(schedule).count).toBe(count);
});

test.each([
  ['FOO', 'is not of the form R[count]/[start]/period'],
  ['', 'is not of the form R[count]/[start]/period'],
  ['r//PT1H', 'is not of the form R[count]/[start]/period'],
  ['R//pT1H', 'is not of the form R[count]/[start]/period'],
  ['R/2020-01-01T00:00:00Z', 'is not of the form R[count]/[start]/period'],
  ['R-1//PT1H', 'is not of the form R[count]/[start]/period'],
  ['R//PT1H/', 'is not of the form R[count]/[start]/period'],
  ['R99999999999999999999//PT1H', 'has a count that is too large'],
  ['R/x/P1D', 'has a start that is no ISO 8601 date'],
  ['R//P1H', 'has no ISO 8601 period such as PT1H or P1D at its end'],
  ['R//PT0S', 'has a period of less than one second'],
  ['R3//PT0S', 'has a period of less than one second'],
  ['R//P', 'has a period of less than one second'],
  ['R1//PT0.5S', 'has a period of less than one second'],
  ['R//P-1D', 'has a negative period'],
  ['R//P1DT-1S', 'has a negative period'],
])('%j %s', (schedule, fault) => {
  expect(readInterval(schedule)).toEqual({ fault });
});

test.each([
  ['1970-01-01T00:00:00Z', undefined],
  ['1969-07-20', undefined],
  ['1970-01-01T00:30:00', { name: 'Europe/Berlin' }],
])('a start of %s in the zone %j is too early', (start, zone) => {
  const placed = placeInterval(RULES, text(`R/${start}/P1D`), { zone, serverZone: UTC, now: NOW });
  expect(placed).toEqual({ fault: 'has a start before 1970-01-01T00:00:01Z' });
});

test('a zone keeps the reading of the clock and replaces the offset', () => {
  const placed = interval('R/2014-10-10T18:32:00Z/P1D', { name: 'America/Los_Angeles' });
  expect(iso(slotAt(RULES, placed, 0))).toBe('2014-10-11T01:32:00Z');
});

test('a start without an offset and a zone is in the zone of the server', () => {
  const reading = text('R/2026-05-01T10:00/P1D');
  const placed = placeInterval(RULES, reading, {
    zone: undefined,
    serverZone: { offset: 3_600_000 },
    now: NOW,
  });
  expect(isFault(placed) ? placed : iso(slotAt(RULES, placed, 0))).toBe('2026-05-01T09:00:00Z');
});

test('an empty start is now', () => {
  expect(slotAt(RULES, interval('R1//PT1H', { name: 'Asia/Tokyo' }), 0)).toBe(NOW);
});

test('months are counted from the start, so the 31st comes back after February', () => {
  expect(slots('R/2026-01-31T10:00:00Z/P1M', undefined, [0, 1, 2, 3])).toEqual([
    '2026-01-31T10:00:00Z',
    '2026-02-28T10:00:00Z',
    '2026-03-31T10:00:00Z',
    '2026-04-30T10:00:00Z',
  ]);
});

test('days keep the reading of the clock, and 02:30 comes back after the gap', () => {
  expect(slots('R/2026-03-28T02:30:00/P1D', { name: 'Europe/Berlin' }, [0, 1, 2])).toEqual([
    '2026-03-28T01:30:00Z',
    '2026-03-29T01:30:00Z',
    '2026-03-30T00:30:00Z',
  ]);
});

test('hours are instants: 24 of them move the clock in spring', () => {
  expect(slots('R/2026-03-28T02:30:00/PT24H', { name: 'Europe/Berlin' }, [0, 1, 2])).toEqual([
    '2026-03-28T01:30:00Z',
    '2026-03-29T01:30:00Z',
    '2026-03-30T01:30:00Z',
  ]);
});

test('an hourly job runs in both passes of the overlap, a daily one in the first', () => {
  const zone = { name: 'Europe/Berlin' };
  expect(slots('R/2026-10-25T01:30:00/PT1H', zone, [0, 1, 2, 3])).toEqual([
    '2026-10-24T23:30:00Z',
    '2026-10-25T00:30:00Z',
    '2026-10-25T01:30:00Z',
    '2026-10-25T02:30:00Z',
  ]);
  expect(slots('R/2026-10-24T02:30:00/P1D', zone, [1, 2])).toEqual([
    '2026-10-25T00:30:00Z',
    '2026-10-26T01:30:00Z',
  ]);
});

test('a period of no length has one slot', () => {
  expect(intervalSlotAfter(RULES, interval('R1/2026-05-01T00:00:00Z/P'), 0)).toBe(at('2026-05-01T00:00:00Z'));
  expect(intervalSlotAfter(RULES, interval('R1/2026-05-01T00:00:00Z/P'), NOW)).toBeUndefined();
});

test('the slots end with time', () => {
  expect(slotAt(RULES, interval('R/2026-05-01T00:00:00Z/P1Y'), 1e6)).toBeUndefined();
  expect(slotAt(RULES, interval('R/2026-05-01T00:00:00Z/PT1H'), 1e13)).toBeUndefined();
  expect(slotAt(RULES, interval('R/2026-05-01T00:00:00Z/P999999999Y'), 1)).toBeUndefined();
});

test('an interval is printed as the original writes it', () => {
  const { period } = text('R//PT90M');
  const start = at('2026-05-01T10:00:00Z');
  expect(printInterval(RULES, { count: 3, zone: UTC, period, start })).toBe(
    'R3/2026-05-01T10:00:00.000Z/PT90M',
  );
  expect(printInterval(RULES, { count: undefined, zone: { name: 'Asia/Kolkata' }, period, start })).toBe(
    'R/2026-05-01T15:30:00.000+05:30/PT90M',
  );
});

const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC'];
const PERIODS = ['PT1S', 'PT7M', 'PT1H', 'P1D', 'P1W', 'P1M', 'P1Y', 'P1M1DT1H', 'P3DT5M'];
const anyInterval = fc.record({
  zone: fc.constantFrom(...ZONES),
  period: fc.constantFrom(...PERIODS),
  start: fc.integer({ min: at('1990-01-01T00:00:00Z') / 1000, max: at('2040-01-01T00:00:00Z') / 1000 }),
});

test('slot n is the start plus n periods of luxon, but for the first pass of an overlap', () => {
  fc.assert(
    fc.property(anyInterval, fc.integer({ min: 0, max: 500 }), ({ zone, period, start }, index) => {
      const name = new Date(start * 1000).toISOString().slice(0, 19);
      const first = DateTime.fromISO(name, { zone });
      const reading = text(`R/${name}/${period}`).period;
      const date = { months: reading.years * 12 + reading.months, days: reading.weeks * 7 + reading.days };
      const dates = { months: index * date.months, days: index * date.days };
      const wall = DateTime.fromISO(name, { zone: 'UTC' }).plus(dates);
      const moved = wall.setZone(zone, { keepLocalTime: true });
      const time = reading.hours * 3_600_000 + reading.minutes * 60_000 + reading.millis;
      const expected = moved.toMillis() + index * time;
      const slot = slotAt(RULES, interval(`R/${name}/${period}`, { name: zone }), index) ?? 0;
      const isSecondPass = moved.getPossibleOffsets().length > 1 || first.getPossibleOffsets().length > 1;
      const isSkippedStart = first.toFormat("yyyy-MM-dd'T'HH:mm:ss") !== name;
      if (!isSecondPass && !isSkippedStart) expect(iso(slot)).toBe(iso(expected));
    }),
    { numRuns: 500 },
  );
});

test('the slot after an instant is later than it, and the slot before is not', () => {
  const instant = fc.integer({ min: at('1985-01-01T00:00:00Z'), max: at('2060-01-01T00:00:00Z') });
  fc.assert(
    fc.property(anyInterval, instant, ({ zone, period, start }, after) => {
      const placed = interval(`R/${new Date(start * 1000).toISOString()}/${period}`, { name: zone });
      const index = indexAfter(RULES, placed, after);
      expect(slotAt(RULES, placed, index)).toBeGreaterThan(after);
      if (index > 0) expect(slotAt(RULES, placed, index - 1)).toBeLessThanOrEqual(after);
      expect(intervalSlotAfter(RULES, placed, after)).toBe(slotAt(RULES, placed, index));
    }),
    { numRuns: 500 },
  );
});
