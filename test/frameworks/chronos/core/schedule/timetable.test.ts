import fc from 'fast-check';
import {
  countSlots,
  lastSlot,
  readSchedule,
  slotAfter,
} from '../../../../../frameworks/chronos/core/schedule/timetable';
import { UTC } from '../../../../../frameworks/chronos/core/schedule/zone';
import { at, iso, NOW, RULES, scheduleOf, sourceOf } from '../../schedules';

const CONTEXT = { rules: RULES, serverZone: UTC, now: NOW };

test.each([
  ['FOO', {}, { field: 'schedule', fault: 'is not of the form R[count]/[start]/period' }],
  ['61 * * * *', {}, { field: 'schedule', fault: "has a wrong minute '61'" }],
  [
    'R//PT1H',
    { scheduleTimeZone: 'Nowhere' },
    { field: 'scheduleTimeZone', fault: "is no known time zone: 'Nowhere'" },
  ],
  [
    'R//PT1H',
    { excludedDays: ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'] },
    { field: 'excludedDays', fault: 'must leave a day of the week' },
  ],
])('the schedule %s with %j is refused with its field', (schedule, members, fault) => {
  expect(readSchedule(sourceOf(schedule, members), CONTEXT)).toEqual(fault);
});

test('a cron expression has no count, an interval may have one', () => {
  expect(scheduleOf('0 9 * * *').count).toBeUndefined();
  expect(scheduleOf('R3//P1D').count).toBe(3);
});

test('a slot is on no excluded day', () => {
  const { timetable } = scheduleOf('R/2026-12-24T09:00:00/PT12H', {
    scheduleTimeZone: 'Europe/Berlin',
    excludedDays: ['12-25', 'SAT', 'SUN'],
  });
  expect(iso(slotAfter(RULES, timetable, at('2026-12-24T08:00:00Z')))).toBe('2026-12-24T20:00:00Z');
  expect(iso(slotAfter(RULES, timetable, at('2026-12-24T20:00:00Z')))).toBe('2026-12-28T08:00:00Z');
});

test('a schedule whose only days are excluded has no slots', () => {
  const { timetable } = scheduleOf('0 9 25 12 *', { excludedDays: ['12-25'] });
  expect(slotAfter(RULES, timetable, NOW)).toBeUndefined();
});

test.each([
  ['R/2015-01-01T00:00:00Z/PT1H', '2026-12-01T10:00:00Z'],
  ['R/2026-12-01T10:30:00Z/PT1H', '2026-12-01T10:30:00Z'],
  ['R/2026-12-01T10:30:01Z/PT1H', undefined],
  ['R/2012-01-31T00:00:00Z/P1M', '2026-11-30T00:00:00Z'],
  ['0 9 * * 1', '2026-11-30T09:00:00Z'],
])('the last slot of %s is %s', (schedule, expected) => {
  const { timetable } = scheduleOf(schedule);
  expect(iso(lastSlot(RULES, timetable, { after: 0, upTo: NOW }))).toBe(expected);
});

test('the slots of a span are counted, and its last one is the last of them', () => {
  const schedules = ['R/2026-12-01T00:00:00Z/PT7M', '*/7 * * * *', 'R/2026-12-01T00:00:00Z/PT5H'];
  const hours = fc.integer({ min: -24, max: 100 });
  const excluded = fc.constantFrom<string[][]>([], ['WED']);
  fc.assert(
    fc.property(
      fc.constantFrom(...schedules),
      excluded,
      hours,
      hours,
      (text, excludedDays, start, length) => {
        const { timetable } = scheduleOf(text, { excludedDays });
        const span = { after: NOW + start * 3_600_000, upTo: NOW + (start + Math.abs(length)) * 3_600_000 };
        const slots: number[] = [];
        let slot = slotAfter(RULES, timetable, span.after);
        while (slot !== undefined && slot <= span.upTo) {
          slots.push(slot);
          slot = slotAfter(RULES, timetable, slot);
        }
        expect(countSlots(RULES, timetable, span)).toBe(slots.length);
        expect(lastSlot(RULES, timetable, span)).toBe(slots.at(-1));
      },
    ),
    { numRuns: 60 },
  );
});
