/** Schedules in tests: the rules of the tz database, and timetables by their text. */

import { isFault } from '../../../frameworks/chronos/core/schedule/fault';
import {
  readSchedule,
  type Schedule,
  type ScheduleSource,
} from '../../../frameworks/chronos/core/schedule/timetable';
import { UTC } from '../../../frameworks/chronos/core/schedule/zone';
import { tzRules } from '../../../frameworks/chronos/edge/zone-rules';

export const RULES = tzRules();

/** Tuesday. */
export const NOW = Date.parse('2026-12-01T10:30:00Z');

export function at(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new Error(`no time: ${text}`);
  return time;
}

export function iso(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString().replace('.000Z', 'Z');
}

export function sourceOf(schedule: string, members: Partial<ScheduleSource> = {}): ScheduleSource {
  return { schedule, scheduleTimeZone: '', excludedDays: [], ...members };
}

export function scheduleOf(text: string, members: Partial<ScheduleSource> = {}, now = NOW): Schedule {
  const schedule = readSchedule(sourceOf(text, members), { rules: RULES, serverZone: UTC, now });
  if (isFault(schedule)) throw new Error(`${schedule.field} ${schedule.fault}`);
  return schedule;
}
