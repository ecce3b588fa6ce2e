import { jobPreview, schedulePreview } from '../../../../frameworks/chronos/views/preview';
import { NOW, RULES, scheduleOf } from '../schedules';
import { World } from '../world';

test('a job shows its next slots, no more than it has repetitions', () => {
  const world = new World();
  world.put('a', { schedule: 'R2/2026-12-02T00:00:00Z/P1D' });
  expect(JSON.parse(jobPreview(world.entry('a').record, { rules: RULES, limit: 5 }))).toEqual({
    name: 'a',
    schedule: 'R2/2026-12-02T00:00:00Z/P1D',
    slots: ['2026-12-02T00:00:00.000Z', '2026-12-03T00:00:00.000Z'],
  });
});

test('a dependent job has no slots', () => {
  const world = new World();
  world.put('a', {});
  world.put('b', { parents: ['a'] });
  const preview = jobPreview(world.entry('b').record, { rules: RULES, limit: 5 });
  expect(JSON.parse(preview)).toMatchObject({ schedule: '', slots: [] });
});

test('a schedule is shown as it would begin', () => {
  const text = 'R/2020-01-01T00:00:00Z/P1D';
  expect(JSON.parse(schedulePreview(text, scheduleOf(text), { rules: RULES, now: NOW, limit: 2 }))).toEqual({
    schedule: text,
    slots: ['2026-12-01T00:00:00.000Z', '2026-12-02T00:00:00.000Z'],
  });
});
