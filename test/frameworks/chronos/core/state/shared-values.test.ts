import {
  sharedList,
  sharedRecord,
  shareMembers,
  shareTimetable,
} from '../../../../../frameworks/chronos/core/state/shared-values';
import { jobOf } from '../../jobs';
import { scheduleOf } from '../../schedules';

test('empty lists and records are shared, others stay', () => {
  const list = [1];
  const record = { a: 1 };
  expect(sharedList(list)).toBe(list);
  expect(sharedRecord(record)).toBe(record);
  expect(sharedList([])).toBe(sharedList([]));
  expect(sharedRecord({})).toBe(sharedRecord({}));
});

test('a job has the same members as before', () => {
  const job = jobOf({ arguments: ['a'] });
  const shared = shareMembers(structuredClone(job));
  expect(shared).toEqual(job);
  expect(shared.uris).toBe(shared.fetch);
});

test.each(['R/2026-12-01T11:00:00/PT1H', '0 9 * * MON-FRI'])('timetables of %s share their parts', (text) => {
  const parts = new Map<string, unknown>();
  const source = scheduleOf(text, { scheduleTimeZone: 'Europe/Berlin' }).timetable;
  const first = shareTimetable(parts, structuredClone(source));
  const second = shareTimetable(parts, structuredClone(source));
  expect(first).toEqual(source);
  expect(first.pattern.zone).toBe(second.pattern.zone);
  const partOf = ({ pattern }: typeof first): object =>
    pattern.kind === 'cron' ? pattern.fields : pattern.period;
  expect(partOf(first)).toBe(partOf(second));
});
