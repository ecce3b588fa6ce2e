import fc from 'fast-check';
import {
  beginProgress,
  deadlineOf,
  type LatenessPolicy,
  nextSlot,
  type Progress,
  planSlots,
} from '../../../../../frameworks/chronos/core/schedule/progress';
import { at, iso, NOW, RULES, scheduleOf } from '../../schedules';

const COLLAPSE: LatenessPolicy = { epsilon: undefined, catchUp: undefined, catchUpMax: 10 };
const HOUR = 3_600_000;

interface Story extends Partial<LatenessPolicy> {
  readonly schedule: string;
  readonly created: string;
  readonly now: string;
}

function planOf({ schedule, created, now, ...policy }: Story) {
  const reading = scheduleOf(schedule, {}, at(created));
  const progress = beginProgress(RULES, reading, { now: at(created) });
  const context = { rules: RULES, timetable: reading.timetable, now: at(now), ...COLLAPSE, ...policy };
  const plan = planSlots(context, progress);
  const shown = (series: typeof plan.missed) =>
    series && `${series.count} ${iso(series.first)} ${iso(series.last)}`;
  return {
    due: plan.due.map(iso),
    missed: shown(plan.missed),
    collapsed: shown(plan.collapsed),
    remaining: plan.progress.remaining,
    next: iso(nextSlot(RULES, reading.timetable, plan.progress)),
  };
}

const NOTHING = { due: [], missed: undefined, collapsed: undefined, remaining: undefined };

test('a start in the past gives one late run, now', () => {
  const created = '2026-12-01T10:30:00Z';
  expect(planOf({ schedule: 'R/2015-01-01T00:00:00Z/PT1H', created, now: created })).toEqual({
    ...NOTHING,
    due: ['2026-12-01T10:00:00Z'],
    next: '2026-12-01T11:00:00Z',
  });
});

test('slots before the creation use up no repetition', () => {
  const created = '2026-12-01T10:30:00Z';
  expect(planOf({ schedule: 'R5/2015-01-01T00:00:00Z/P1D', created, now: created })).toEqual({
    ...NOTHING,
    due: ['2026-12-01T00:00:00Z'],
    remaining: 4,
    next: '2026-12-02T00:00:00Z',
  });
});

test('an empty start runs now', () => {
  const created = '2026-12-01T10:30:00Z';
  expect(planOf({ schedule: 'R1//PT1H', created, now: created })).toEqual({
    ...NOTHING,
    due: [created],
    remaining: 0,
    next: undefined,
  });
});

test('a start in the future is waited for', () => {
  const story = { schedule: 'R/2026-12-02T00:00:00Z/P1D', created: '2026-12-01T10:00:00Z' };
  expect(planOf({ ...story, now: '2026-12-01T23:59:59Z' })).toEqual({
    ...NOTHING,
    next: '2026-12-02T00:00:00Z',
  });
});

test('without epsilon, missed slots collapse into one late run that uses up one repetition', () => {
  expect(
    planOf({
      schedule: 'R5/2026-12-01T11:00:00Z/PT1H',
      created: '2026-12-01T10:30:00Z',
      now: '2026-12-01T13:30:00Z',
    }),
  ).toEqual({
    ...NOTHING,
    due: ['2026-12-01T13:00:00Z'],
    collapsed: '2 2026-12-01T11:00:00Z 2026-12-01T12:00:00Z',
    remaining: 4,
    next: '2026-12-01T14:00:00Z',
  });
});

test('with epsilon, slots after their deadline are missed and use up repetitions, the others are all due', () => {
  expect(
    planOf({
      schedule: 'R5/2026-12-01T11:00:00Z/PT1M',
      created: '2026-12-01T10:30:00Z',
      now: '2026-12-01T11:03:00Z',
      epsilon: 60_000,
    }),
  ).toEqual({
    due: ['2026-12-01T11:02:00Z', '2026-12-01T11:03:00Z'],
    missed: '2 2026-12-01T11:00:00Z 2026-12-01T11:01:00Z',
    collapsed: undefined,
    remaining: 1,
    next: '2026-12-01T11:04:00Z',
  });
});

test('a schedule with an end misses not more slots than it has repetitions', () => {
  expect(
    planOf({
      schedule: 'R2/2026-12-01T11:00:00Z/PT1M',
      created: '2026-12-01T10:30:00Z',
      now: '2026-12-02T11:03:00Z',
      epsilon: 60_000,
    }),
  ).toEqual({
    ...NOTHING,
    missed: '2 2026-12-01T11:00:00Z 2026-12-01T11:01:00Z',
    remaining: 0,
    next: undefined,
  });
});

test.each<[string, Partial<LatenessPolicy>, object]>([
  ['none', { catchUp: 'none' }, { due: [], missed: '3 2026-12-01T11:00:00Z 2026-12-01T13:00:00Z' }],
  [
    'one',
    { catchUp: 'one', epsilon: 2 * HOUR },
    {
      due: ['2026-12-01T13:00:00Z'],
      missed: '1 2026-12-01T11:00:00Z 2026-12-01T11:00:00Z',
      collapsed: '1 2026-12-01T12:00:00Z 2026-12-01T12:00:00Z',
    },
  ],
  [
    'all',
    { catchUp: 'all', catchUpMax: 2 },
    {
      due: ['2026-12-01T12:00:00Z', '2026-12-01T13:00:00Z'],
      collapsed: '1 2026-12-01T11:00:00Z 2026-12-01T11:00:00Z',
    },
  ],
])('the catch-up policy %s decides about late slots', (_name, policy, expected) => {
  expect(
    planOf({
      schedule: 'R/2026-12-01T11:00:00Z/PT1H',
      created: '2026-12-01T10:30:00Z',
      now: '2026-12-01T13:30:00Z',
      ...policy,
    }),
  ).toMatchObject(expected);
});

test.each([
  [{}, undefined],
  [{ epsilon: 60_000 }, 60_000],
  [{ catchUp: 'none' as const }, 5000],
  [{ catchUp: 'none' as const, epsilon: 60_000 }, 60_000],
])('the policy %j has a start deadline of %s', (policy, deadline) => {
  expect(deadlineOf({ ...COLLAPSE, ...policy })).toBe(deadline);
});

test('a definition that is sent again decides no slot again', () => {
  const schedule = scheduleOf('R/2015-01-01T00:00:00Z/PT1H');
  const decided = at('2026-12-01T10:00:00Z');
  const progress = beginProgress(RULES, schedule, { now: NOW, decided });
  expect(iso(nextSlot(RULES, schedule.timetable, progress))).toBe('2026-12-01T11:00:00Z');
});

test('at any times of planning, no slot is decided twice, none is left out and no count is exceeded', () => {
  const policy = fc.record<LatenessPolicy>({
    epsilon: fc.constantFrom(undefined, 30_000, 600_000),
    catchUp: fc.constantFrom(undefined, 'none', 'one', 'all'),
    catchUpMax: fc.integer({ min: 1, max: 5 }),
  });
  const pauses = fc.array(fc.integer({ min: 0, max: 4 * HOUR }), { minLength: 1, maxLength: 12 });
  const count = fc.constantFrom('', '1', '3', '20');
  fc.assert(
    fc.property(policy, pauses, count, (lateness, times, repetitions) => {
      const { timetable, count: limit } = scheduleOf(`R${repetitions}/2026-12-01T00:00:00Z/PT17M`);
      let now = NOW;
      let progress: Progress = beginProgress(RULES, { timetable, count: limit }, { now });
      let [slots, used, last] = [0, 0, progress.decided];
      for (const pause of times) {
        now += pause;
        const plan = planSlots({ rules: RULES, timetable, now, ...lateness }, progress);
        for (const slot of plan.due) expect(slot).toBeGreaterThan(last);
        slots += plan.due.length + (plan.missed?.count ?? 0) + (plan.collapsed?.count ?? 0);
        used += plan.due.length + (plan.missed?.count ?? 0);
        progress = plan.progress;
        last = progress.decided;
        if (limit !== undefined) expect(progress.remaining).toBe(limit - used);
      }
      const period = 17 * 60_000;
      const first = Math.floor((NOW - at('2026-12-01T00:00:00Z')) / period);
      const passed = Math.floor((now - at('2026-12-01T00:00:00Z')) / period) - first + 1;
      if (limit === undefined) expect(slots).toBe(passed);
      expect(progress.remaining ?? 0).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 300 },
  );
});
