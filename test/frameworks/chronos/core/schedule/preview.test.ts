import { previewSlots } from '../../../../../frameworks/chronos/core/schedule/preview';
import { beginProgress } from '../../../../../frameworks/chronos/core/schedule/progress';
import { NOW, RULES, scheduleOf } from '../../schedules';

function preview(text: string, zone: string, limit: number): readonly string[] {
  const schedule = scheduleOf(text, { scheduleTimeZone: zone });
  const progress = beginProgress(RULES, schedule, { now: NOW });
  return previewSlots(RULES, schedule.timetable, { progress, limit }).map((slot) => slot.text);
}

test('the preview shows the next slots with the offset of the zone', () => {
  expect(preview('R/2027-03-27T02:30:00/P1D', 'Europe/Berlin', 3)).toEqual([
    '2027-03-27T02:30:00.000+01:00',
    '2027-03-28T03:30:00.000+02:00',
    '2027-03-29T02:30:00.000+02:00',
  ]);
});

test('the preview shows not more slots than there are repetitions', () => {
  expect(preview('R2/2027-01-01T00:00:00/PT1H', '', 10)).toHaveLength(2);
  expect(preview('R0/2027-01-01T00:00:00/PT1H', '', 10)).toHaveLength(0);
});

test('the preview has a limit of its own', () => {
  expect(preview('R/2027-01-01T00:00:00/PT1H', '', 1e9)).toHaveLength(1000);
});
