import fc from 'fast-check';
import {
  DAY_MS,
  dateOf,
  daysInMonth,
  firstWeekOf,
  midnightOf,
  plusMonths,
  startOfDay,
  weekdayOf,
} from '../../../../../frameworks/chronos/core/schedule/civil';
import { at, iso } from '../../schedules';

test.each([
  ['2026-01-31T10:00:00Z', 1, '2026-02-28T10:00:00Z'],
  ['2024-01-31T10:00:00Z', 1, '2024-02-29T10:00:00Z'],
  ['2026-01-31T10:00:00Z', 2, '2026-03-31T10:00:00Z'],
  ['2024-02-29T00:00:00Z', 12, '2025-02-28T00:00:00Z'],
  ['2026-12-15T23:59:59Z', 1, '2027-01-15T23:59:59Z'],
  ['2026-01-15T00:00:00Z', -1, '2025-12-15T00:00:00Z'],
])('%s plus %d months is %s', (time, months, expected) => {
  expect(iso(plusMonths(at(time), months))).toBe(expected);
});

test.each([
  ['1969-12-31T12:00:00Z', 3],
  ['1970-01-01T00:00:00Z', 4],
  ['2026-11-30T00:00:00Z', 1],
  ['2026-12-06T23:00:00Z', 7],
])('the weekday of %s is %d', (time, weekday) => {
  expect(weekdayOf(at(time))).toBe(weekday);
});

test.each([
  [2024, 2, 29],
  [2026, 2, 28],
  [2100, 2, 28],
  [2026, 12, 31],
])('the month %d-%d has %d days', (year, month, days) => {
  expect(daysInMonth(year, month)).toBe(days);
});

test.each([
  [2020, '2019-12-30T00:00:00Z'],
  [2021, '2021-01-04T00:00:00Z'],
  [2026, '2025-12-29T00:00:00Z'],
])('the first week of %d begins on %s', (year, monday) => {
  expect(iso(firstWeekOf(year))).toBe(monday);
});

test('a date and its midnight are the same day', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e6, max: 1e6 }), (day) => {
      expect(midnightOf(dateOf(day * DAY_MS + 5))).toBe(day * DAY_MS);
      expect(startOfDay(day * DAY_MS + 5)).toBe(day * DAY_MS);
    }),
  );
});
