import {
  childAfterDeletion,
  recordAfterDeletion,
} from '../../../../../frameworks/chronos/core/graph/deletion';
import type { DependentJob } from '../../../../../frameworks/chronos/core/jobs/job';
import { createRecord } from '../../../../../frameworks/chronos/core/jobs/record';
import { jobOf, readingOf } from '../../jobs';
import { NOW, RULES } from '../../schedules';

const child = (parents: readonly string[]): DependentJob =>
  jobOf({
    name: 'child',
    parents,
    description: 'all members stay',
    environmentVariables: [{ name: 'A', value: 'b' }],
    container: { image: 'alpine' },
    constraints: [['rack', 'EQUALS', 'r1']],
    successCount: 7,
  }) as DependentJob;

const DAILY = jobOf({
  name: 'daily',
  schedule: 'R/2027-01-01T02:30:00/P1D',
  scheduleTimeZone: 'Europe/Berlin',
});
const MIDDLE = jobOf({ name: 'middle', parents: ['a', 'b'] });

test('a child keeps its other parents and all of its members', () => {
  expect(childAfterDeletion(DAILY, child(['daily', 'other']))).toEqual(child(['other']));
});

test('in a chain a child gets the grandparents', () => {
  expect(childAfterDeletion(MIDDLE, child(['middle']))).toEqual(child(['a', 'b']));
  expect(childAfterDeletion(MIDDLE, child(['middle', 'b', 'c']))).toEqual(child(['a', 'b', 'c']));
});

test('a child whose only parent had a schedule takes over the schedule and its zone', () => {
  const { parents: _parents, ...members } = child(['daily']);
  expect(childAfterDeletion(DAILY, child(['daily']))).toEqual({
    ...members,
    kind: 'scheduled',
    schedule: 'R/2027-01-01T02:30:00/P1D',
    scheduleTimeZone: 'Europe/Berlin',
  });
});

test('with the schedule a child takes over its progress', () => {
  const context = { rules: RULES, now: NOW };
  const parent = createRecord(readingOf({ name: 'daily', schedule: 'R3/2027-01-01T00:00:00Z/P1D' }), context);
  const record = createRecord(readingOf({ name: 'child', parents: ['daily'] }), context);
  expect(recordAfterDeletion(parent, record)).toMatchObject({
    job: { kind: 'scheduled' },
    timing: parent.timing,
  });
  expect(recordAfterDeletion(parent, parent)).toBe(parent);
});
