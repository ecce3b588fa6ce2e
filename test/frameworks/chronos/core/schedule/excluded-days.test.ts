import {
  excludesEveryDay,
  isExcluded,
  readExcludedDay,
} from '../../../../../frameworks/chronos/core/schedule/excluded-days';
import { at } from '../../schedules';

test.each(['2026-12-25', '12-25', '02-29', 'SAT'])('%s is an excluded day', (text) => {
  expect(readExcludedDay(text)).toBe(text);
});

test('a weekday may have any case', () => {
  expect(readExcludedDay('sun')).toBe('SUN');
});

test.each(['', 'SATURDAY', '2026-02-29', '13-01', '2026-12', '25.12.'])('%j is no day', (text) => {
  expect(readExcludedDay(text)).toEqual({
    fault: `must be a date such as 2026-12-25 or 12-25, or a weekday, not '${text}'`,
  });
});

test.each([
  ['2026-12-25T00:00:00Z', true],
  ['2027-12-24T12:00:00Z', true],
  ['2027-12-25T12:00:00Z', true],
  ['2026-12-23T12:00:00Z', false],
])('%s is excluded by a date, a yearly date and a weekday: %s', (time, excluded) => {
  expect(isExcluded(['2026-12-25', '12-24', 'SAT'], at(time))).toBe(excluded);
});

test('a week must have a day left', () => {
  const days = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];
  expect(excludesEveryDay(days)).toBe(true);
  expect(excludesEveryDay(days.slice(1))).toBe(false);
});
