/**
 * A job with its schedule in progress: its creation, its replacement, and the schedule that it shows.
 *
 * Always true: a scheduled job has a timetable and its progress, a dependent one has neither.
 */

import type { Millis } from '../../../../cluster/model/time';
import { printInterval } from '../schedule/interval';
import { beginProgress, type Progress } from '../schedule/progress';
import { lastSlot, type Schedule, slotAfter, type Timetable } from '../schedule/timetable';
import type { ZoneRules } from '../schedule/zone';
import type { Job, JobCounters } from './job';
import type { JobReading } from './read-job';

export interface JobRecord {
  readonly job: Job;
  /** The time of the creation. */
  readonly createdAt: Millis;
  readonly timing: Timing | undefined;
  /** The schedule was sent, though it looks like the one that a one-shot gets. */
  readonly isScheduleSent?: true;
}

export interface Timing {
  readonly timetable: Timetable;
  readonly progress: Progress;
  /** A slot has been decided, so the schedule is shown as the original writes it and no more as it was sent. */
  readonly isWritten: boolean;
}

interface RecordContext {
  readonly rules: ZoneRules;
  readonly now: Millis;
  /** The start deadline of the job's slots; undefined without one. */
  readonly deadline?: Millis | undefined;
}

export function createRecord(reading: JobReading, context: RecordContext): JobRecord {
  const { job, schedule } = reading;
  const timing = schedule && beginTiming(schedule, undefined, context);
  return { job, createdAt: context.now, timing, ...sentMark(reading) };
}

/** The members that are not the client's to define anew: what runs count, and a pause by a command. */
const KEPT: readonly (keyof JobCounters | 'pausedReason')[] = [
  'successCount',
  'errorCount',
  'errorsSinceLastSuccess',
  'lastSuccess',
  'lastError',
  'pausedReason',
];

/**
 * Replaces a definition. Counters and a pause that are not sent are kept; the original sets the counters to 0. A schedule
 * that is sent as it is shown goes on, with its anchor; any other begins anew, but no slot is decided again.
 */
export function replaceRecord(previous: JobRecord, reading: JobReading, context: RecordContext): JobRecord {
  const unsent = KEPT.filter((name) => !reading.sent.includes(name));
  const job = { ...reading.job, ...Object.fromEntries(unsent.map((name) => [name, previous.job[name]])) };
  const { createdAt } = previous;
  if (reading.schedule === undefined) return { job, createdAt, timing: undefined };
  const timing = goesOn(previous, job, context.rules)
    ? previous.timing
    : beginTiming(reading.schedule, previous.timing, context);
  return { job, createdAt, timing, ...sentMark(reading) };
}

/** The form of the schedule of a one-shot, which is sent without one. */
const ONE_SHOT = /^R1\/[^/]+Z\/PT24H$/;

function looksLikeOneShot(job: Job): boolean {
  return job.kind === 'scheduled' && job.scheduleTimeZone === '' && ONE_SHOT.test(job.schedule);
}

function sentMark({ job, sent }: JobReading): Pick<JobRecord, 'isScheduleSent'> {
  return looksLikeOneShot(job) && sent.includes('schedule') ? { isScheduleSent: true } : {};
}

/**
 * The definition is the one that the job has. Members that runs and commands change count if they are sent only;
 * `isDisabledByRuns` when one that is not sent is disabled by its runs, and not by a definition.
 */
export function isSameDefinition(
  { job, isScheduleSent }: JobRecord,
  reading: JobReading,
  isDisabledByRuns: boolean,
): boolean {
  const unsent: readonly string[] = [...KEPT, ...(isDisabledByRuns ? ['disabled'] : [])];
  const { sent } = reading;
  const previous = job as unknown as Readonly<Record<string, unknown>>;
  const isOneShot = isScheduleSent !== true && looksLikeOneShot(job);
  return Object.entries(reading.job).every(([name, value]) => {
    if (!sent.includes(name) && unsent.includes(name)) return true;
    if (name === 'schedule' && !sent.includes(name)) return isOneShot;
    return JSON.stringify(value) === JSON.stringify(previous[name]);
  });
}

function goesOn(previous: JobRecord, job: Job, rules: ZoneRules): boolean {
  if (previous.job.kind !== 'scheduled' || job.kind !== 'scheduled') return false;
  const isSameZone = previous.job.scheduleTimeZone === job.scheduleTimeZone;
  const isSameDays = previous.job.excludedDays.join() === job.excludedDays.join();
  return (
    isSameZone && isSameDays && shownSchedule(previous, rules) === job.schedule && !startsNow(job.schedule)
  );
}

/** An empty start means now, whenever it is sent. */
function startsNow(schedule: string): boolean {
  return /^R\d*\/\//.test(schedule);
}

function beginTiming(
  schedule: Schedule,
  previous: Timing | undefined,
  { rules, now, deadline }: RecordContext,
): Timing {
  const decided = previous?.isWritten ? previous.progress.decided : undefined;
  const progress = beginProgress(rules, schedule, { now, decided, deadline });
  return { timetable: schedule.timetable, progress, isWritten: false };
}

/** The record after slots were decided. */
export function withProgress(record: JobRecord, progress: Progress): JobRecord {
  return record.timing ? { ...record, timing: { ...record.timing, progress, isWritten: true } } : record;
}

/**
 * The schedule as clients see it: as it was sent until the first slot, then with the repetitions and the start that
 * remain. Cron expressions stay as they are.
 */
export function shownSchedule({ job, timing }: JobRecord, rules: ZoneRules): string {
  if (job.kind !== 'scheduled') return '';
  if (timing === undefined || !timing.isWritten || timing.timetable.pattern.kind === 'cron')
    return job.schedule;
  const { pattern } = timing.timetable;
  const { decided, remaining } = timing.progress;
  const start =
    slotAfter(rules, timing.timetable, decided) ??
    lastSlot(rules, timing.timetable, { after: 0, upTo: decided }) ??
    decided;
  return printInterval(rules, { count: remaining, zone: pattern.zone, period: pattern.period, start });
}
