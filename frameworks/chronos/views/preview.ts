/** The next slots of a job, or of a schedule that is not yet one of a job. */

import type { JobRecord } from '../core/jobs/record';
import { shownSchedule } from '../core/jobs/record';
import { previewSlots } from '../core/schedule/preview';
import { beginProgress } from '../core/schedule/progress';
import type { Schedule } from '../core/schedule/timetable';
import type { ZoneRules } from '../core/schedule/zone';

interface PreviewContext {
  readonly rules: ZoneRules;
  /** The number of slots. */
  readonly limit: number;
}

/** A dependent job has no slots. */
export function jobPreview(record: JobRecord, context: PreviewContext): string {
  const { job, timing } = record;
  const slots = timing ? slotTexts(timing, context) : [];
  return JSON.stringify({ name: job.name, schedule: shownSchedule(record, context.rules), slots });
}

interface ScheduleContext extends PreviewContext {
  readonly now: number;
}

export function schedulePreview(text: string, schedule: Schedule, context: ScheduleContext): string {
  const { rules, now } = context;
  const progress = beginProgress(rules, schedule, { now });
  const slots = slotTexts({ timetable: schedule.timetable, progress }, context);
  return JSON.stringify({ schedule: text, slots });
}

function slotTexts(
  { timetable, progress }: Pick<NonNullable<JobRecord['timing']>, 'timetable' | 'progress'>,
  { rules, limit }: PreviewContext,
): readonly string[] {
  return previewSlots(rules, timetable, { progress, limit }).map(({ text }) => text);
}
