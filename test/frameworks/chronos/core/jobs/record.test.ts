import {
  createRecord,
  isSameDefinition,
  type JobRecord,
  replaceRecord,
  shownSchedule,
  withProgress,
} from '../../../../../frameworks/chronos/core/jobs/record';
import type { Progress } from '../../../../../frameworks/chronos/core/schedule/progress';
import { nextSlot, planSlots } from '../../../../../frameworks/chronos/core/schedule/progress';
import { readingOf } from '../../jobs';
import { at, iso, NOW, RULES } from '../../schedules';

const CONTEXT = { rules: RULES, now: NOW };

function create(body: object): JobRecord {
  return createRecord(readingOf({ name: 'a', ...body }), CONTEXT);
}

function replace(previous: JobRecord, body: object, now = NOW): JobRecord {
  return replaceRecord(previous, readingOf({ name: 'a', ...body }, now), { rules: RULES, now });
}

/** The record after its slots up to a time have been started. */
function runTo(record: JobRecord, now: number): JobRecord {
  if (record.timing === undefined) throw new Error('no schedule');
  const { timetable, progress } = record.timing;
  const policy = { epsilon: undefined, catchUp: undefined, catchUpMax: 1 };
  return withProgress(record, planSlots({ rules: RULES, timetable, now, ...policy }, progress).progress);
}

const next = (record: JobRecord) =>
  record.timing && iso(nextSlot(RULES, record.timing.timetable, record.timing.progress));

test('a schedule is shown as it was sent until its first slot, then as the original writes it', () => {
  const record = create({ schedule: 'R5/2026-12-01T12:00:00/PT60M', scheduleTimeZone: 'Europe/Berlin' });
  expect(shownSchedule(record, RULES)).toBe('R5/2026-12-01T12:00:00/PT60M');
  expect(shownSchedule(runTo(record, at('2026-12-01T11:00:00Z')), RULES)).toBe(
    'R4/2026-12-01T13:00:00.000+01:00/PT60M',
  );
});

test('a finished schedule is shown as R0, and a one-shot without a period too', () => {
  const finished = runTo(create({ schedule: 'R1/2026-12-01T10:00:00Z/P1D' }), NOW);
  expect(shownSchedule(finished, RULES)).toBe('R0/2026-12-02T10:00:00.000Z/P1D');
  expect(shownSchedule(runTo(create({ schedule: 'R1//P' }), NOW), RULES)).toBe(
    'R0/2026-12-01T10:30:00.000Z/PT0S',
  );
});

test('a cron expression and a dependent job are shown as they are', () => {
  expect(shownSchedule(runTo(create({ schedule: '0 9 * * *' }), NOW), RULES)).toBe('0 9 * * *');
  expect(shownSchedule(create({ parents: ['b'] }), RULES)).toBe('');
});

test('counters are kept on replacing unless they are sent', () => {
  const record = create({
    schedule: 'R//PT1H',
    successCount: 5,
    errorCount: 2,
    lastError: 'x',
    lastSuccess: 'y',
  });
  expect(replace(record, { schedule: 'R//PT1H', errorCount: 0, lastError: null }).job).toMatchObject({
    successCount: 5,
    errorCount: 0,
    lastError: 'x',
    lastSuccess: 'y',
  });
});

test('other members are those of the new definition', () => {
  const record = create({ schedule: 'R//PT1H', description: 'old', disabled: true });
  expect(replace(record, { schedule: 'R//PT1H' }).job).toMatchObject({ description: '', disabled: false });
});

test('a schedule that is sent as it is shown keeps its anchor', () => {
  const record = runTo(create({ schedule: 'R/2027-01-31T00:00:00Z/P1M' }), at('2027-01-31T00:00:00Z'));
  const shown = shownSchedule(record, RULES);
  expect(shown).toBe('R/2027-02-28T00:00:00.000Z/P1M');
  const replaced = replace(record, { schedule: shown, command: 'x' }, at('2027-02-10T00:00:00Z'));
  expect(next(runTo(replaced, at('2027-02-28T00:00:00Z')))).toBe('2027-03-31T00:00:00Z');
});

test('another schedule begins anew, and decides no slot again', () => {
  const record = runTo(create({ schedule: 'R/2026-12-01T10:00:00Z/PT1H' }), NOW);
  const again = replace(record, { schedule: 'R3/2015-01-01T00:00:00Z/PT1H' }, NOW + 60_000);
  expect(next(again)).toBe('2026-12-01T11:00:00Z');
  expect(again.timing?.progress.remaining).toBe(3);
});

test('another zone or other excluded days make another schedule', () => {
  const record = create({ schedule: 'R/2027-01-01T10:00:00/P1D' });
  const moved = replace(record, { schedule: 'R/2027-01-01T10:00:00/P1D', scheduleTimeZone: 'Asia/Tokyo' });
  expect(next(moved)).toBe('2027-01-01T01:00:00Z');
  const excluded = replace(record, { schedule: 'R/2027-01-01T10:00:00/P1D', excludedDays: ['01-01'] });
  expect(next(excluded)).toBe('2027-01-02T10:00:00Z');
});

test('an empty start means now each time it is sent', () => {
  const record = runTo(create({ schedule: 'R1//PT1H' }), NOW);
  expect(next(record)).toBeUndefined();
  expect(next(replace(record, { schedule: 'R1//PT1H' }, NOW + 5000))).toBe('2026-12-01T10:30:05Z');
});

test('a job changes its kind', () => {
  const dependent = replace(create({ schedule: 'R//PT1H' }), { parents: ['b'] });
  expect(dependent.timing).toBeUndefined();
  expect(replace(dependent, { schedule: 'R//PT1H' }).timing).toBeDefined();
});

test('a dependent job has no progress', () => {
  const progress: Progress = { decided: 1, remaining: 1 };
  const record = create({ parents: ['b'] });
  expect(withProgress(record, progress)).toBe(record);
});

const DATED = { schedule: 'R1/2026-12-01T12:00:00.000Z/PT24H' };
const HOURLY = { schedule: 'R//PT1H', command: 'true', retries: 3 };

test.each<[object, object, boolean]>([
  [HOURLY, HOURLY, true],
  [HOURLY, { ...HOURLY, retries: 4 }, false],
  [HOURLY, { schedule: 'R//PT1H', command: 'true' }, false],
  [HOURLY, { ...HOURLY, successCount: 0 }, true],
  [HOURLY, { ...HOURLY, successCount: 9 }, false],
  [{ ...HOURLY, pausedReason: 'moving' }, HOURLY, true],
  [{ ...HOURLY, pausedReason: 'moving' }, { ...HOURLY, pausedReason: '' }, false],
  [{ ...HOURLY, disabled: true }, HOURLY, false],
  [HOURLY, { ...HOURLY, schedule: 'R//PT2H' }, false],
  [{ command: 'true' }, { command: 'true' }, true],
  [HOURLY, { command: 'true', retries: 3 }, false],
  [DATED, DATED, true],
  [DATED, {}, false],
  [{ parents: ['p', 'q'] }, { parents: ['q', 'p'] }, true],
  [{ parents: ['p'] }, { schedule: 'R//PT1H' }, false],
])('a job made of %j is as it was after %j: %j', (first, second, isSame) => {
  const later = NOW + 3_600_000;
  const created = create(first);
  const record = created.timing ? runTo(created, later) : created;
  expect(isSameDefinition(record, readingOf({ name: 'a', ...second }, later), false)).toBe(isSame);
});

test('a job that its runs have disabled is as it was, unless the definition enables it', () => {
  const record = create({ ...HOURLY, disabled: true });
  const isSame = (body: object): boolean => isSameDefinition(record, readingOf({ name: 'a', ...body }), true);
  expect([isSame(HOURLY), isSame({ ...HOURLY, disabled: false })]).toEqual([true, false]);
});
