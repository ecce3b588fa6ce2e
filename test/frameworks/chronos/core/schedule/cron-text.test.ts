import { looksLikeCron, readCron } from '../../../../../frameworks/chronos/core/schedule/cron-text';

test.each([
  ['0 9 * * 1-5', true],
  ['@daily', true],
  ['0 0 9 * * MON', true],
  ['R//PT1H', false],
  ['R/2026-05-01 10:00/P1D', false],
  ['FOO', false],
])('%j looks like cron: %s', (text, isCron) => {
  expect(looksLikeCron(text)).toBe(isCron);
});

test('a cron expression has a set of numbers for each field', () => {
  expect(readCron('*/20 9,17-18 L JAN-mar sun,3')).toEqual({
    seconds: [0],
    minutes: [0, 20, 40],
    hours: [9, 17, 18],
    days: [32],
    months: [1, 2, 3],
    weekdays: [3, 7],
    hasAnyHour: false,
    hasAnyDay: false,
    hasAnyWeekday: false,
  });
});

test.each([
  ['@hourly', { minutes: [0], hasAnyHour: true, hasAnyDay: true, hasAnyWeekday: true }],
  ['@weekly', { minutes: [0], hours: [0], weekdays: [7] }],
  ['30 5 0 * * ?', { seconds: [30], minutes: [5], hours: [0], hasAnyWeekday: true }],
  ['5/15 0 * * 7', { minutes: [5, 20, 35, 50], weekdays: [7] }],
])('%s has the fields %j', (text, fields) => {
  expect(readCron(text)).toMatchObject(fields);
});

test.each([
  ['60 * * * *', "has a wrong minute '60'"],
  ['* 24 * * *', "has a wrong hour '24'"],
  ['* * 0 * *', "has a wrong day of month '0'"],
  ['* * * 13 *', "has a wrong month '13'"],
  ['* * * * 8', "has a wrong weekday '8'"],
  ['* * * * mo', "has a wrong weekday 'mo'"],
  ['5-1 * * * *', "has a wrong minute '5-1'"],
  ['*/0 * * * *', "has a wrong minute '*/0'"],
  [', * * * *', "has a wrong minute ','"],
  ['L * * * *', "has a wrong minute 'L'"],
  ['0 0 30 2 *', 'names a date that no year has'],
  ['0 0 31 4,6 *', 'names a date that no year has'],
  ['@never', 'is no cron expression of five or six fields'],
])('%j %s', (text, fault) => {
  expect(readCron(text)).toEqual({ fault });
});
