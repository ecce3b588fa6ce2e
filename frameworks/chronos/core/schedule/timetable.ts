/**
 * The timetable of a job: its interval or cron expression, without the days that it excludes.
 *
 * In: instants      Out: the slots after them, the last one before them, and their number
 * Always true: a slot is later than the instant that it comes after, and is on no excluded day.
 */

import type { Millis } from '../../../../cluster/model/time';
import { DAY_MS, startOfDay } from './civil';
import { type Cron, cronSlotAfter } from './cron';
import { looksLikeCron, readCron } from './cron-text';
import { excludesEveryDay, isExcluded } from './excluded-days';
import { type Fault, isFault } from './fault';
import {
  type Interval,
  indexAfter,
  intervalSlotAfter,
  placeInterval,
  readInterval,
  slotAt,
} from './interval';
import { instantOf, wallTimeAt } from './wall-clock';
import { readZone, type Zone, type ZoneRules } from './zone';

export interface Timetable {
  readonly pattern: Interval | Cron;
  readonly excludedDays: readonly string[];
}

/** The part of a job that its timetable is made of. */
export interface ScheduleSource {
  readonly schedule: string;
  readonly scheduleTimeZone: string;
  readonly excludedDays: readonly string[];
}

export interface ScheduleContext {
  readonly rules: ZoneRules;
  readonly serverZone: Zone;
  /** The time of acceptance: an empty start is there. */
  readonly now: Millis;
}

/** A schedule as it begins: its timetable, and its repetitions; undefined without an end. */
export interface Schedule {
  readonly timetable: Timetable;
  readonly count: number | undefined;
}

/** The fault of one field of a schedule. */
export interface ScheduleFault extends Fault {
  readonly field: keyof ScheduleSource;
}

export function readSchedule(source: ScheduleSource, context: ScheduleContext): Schedule | ScheduleFault {
  const { excludedDays } = source;
  if (excludesEveryDay(excludedDays)) return { field: 'excludedDays', fault: 'must leave a day of the week' };
  const zone = source.scheduleTimeZone === '' ? undefined : readZone(context.rules, source.scheduleTimeZone);
  if (zone !== undefined && isFault(zone)) return { field: 'scheduleTimeZone', ...zone };
  const reading = looksLikeCron(source.schedule)
    ? readCronSchedule(source.schedule, zone ?? context.serverZone)
    : readIntervalSchedule(source.schedule, zone, context);
  if (isFault(reading)) return { field: 'schedule', ...reading };
  return { timetable: { pattern: reading.pattern, excludedDays }, count: reading.count };
}

interface PatternReading {
  readonly pattern: Interval | Cron;
  readonly count: number | undefined;
}

function readCronSchedule(text: string, zone: Zone): PatternReading | Fault {
  const fields = readCron(text);
  return isFault(fields) ? fields : { pattern: { kind: 'cron', zone, fields }, count: undefined };
}

function readIntervalSchedule(
  text: string,
  zone: Zone | undefined,
  { rules, serverZone, now }: ScheduleContext,
): PatternReading | Fault {
  const reading = readInterval(text);
  if (isFault(reading)) return reading;
  const pattern = placeInterval(rules, reading, { zone, serverZone, now });
  return isFault(pattern) ? pattern : { pattern, count: reading.count };
}

/** Excluded days in a row after which no slot is looked for. */
const EXCLUDED_MAX = 4000;

/** The first slot after an instant. */
export function slotAfter(rules: ZoneRules, timetable: Timetable, after: Millis): Millis | undefined {
  const { pattern, excludedDays } = timetable;
  let from = after;
  for (let turn = 0; turn < EXCLUDED_MAX; turn++) {
    const slot =
      pattern.kind === 'cron' ? cronSlotAfter(rules, pattern, from) : intervalSlotAfter(rules, pattern, from);
    if (slot === undefined) return undefined;
    const time = wallTimeAt(rules, pattern.zone, slot);
    if (!isExcluded(excludedDays, time)) return slot;
    const tomorrow = instantOf(rules, pattern.zone, startOfDay(time) + DAY_MS);
    from = Math.max(slot, tomorrow - 1);
  }
  return undefined;
}

/** A span of instants: without the first, with the last. */
export interface Span {
  readonly after: Millis;
  readonly upTo: Millis;
}

/** The last slot in a span. */
export function lastSlot(rules: ZoneRules, timetable: Timetable, span: Span): Millis | undefined {
  const { pattern, excludedDays } = timetable;
  if (pattern.kind === 'cron' || excludedDays.length > 0) return lastSlotByHalving(rules, timetable, span);
  const index = indexAfter(rules, pattern, span.upTo) - 1;
  const slot = index < 0 ? undefined : slotAt(rules, pattern, index);
  return slot !== undefined && slot > span.after ? slot : undefined;
}

function lastSlotByHalving(
  rules: ZoneRules,
  timetable: Timetable,
  { after, upTo }: Span,
): Millis | undefined {
  let last = slotAfter(rules, timetable, after);
  if (last === undefined || last > upTo) return undefined;
  let none = upTo;
  while (last < none) {
    const middle: Millis = last + Math.floor((none - last) / 2);
    const slot = slotAfter(rules, timetable, middle);
    if (slot !== undefined && slot <= upTo) last = slot;
    else if (middle === last) break;
    else none = middle;
  }
  return last;
}

/** Slots that are counted one by one, where the calendar allows no other way. */
const COUNTED_MAX = 10_000;

/** The number of slots in a span; not more than 10,000 of cron expressions and of schedules with excluded days. */
export function countSlots(rules: ZoneRules, timetable: Timetable, { after, upTo }: Span): number {
  const { pattern, excludedDays } = timetable;
  if (pattern.kind === 'interval' && excludedDays.length === 0)
    return Math.max(0, indexAfter(rules, pattern, upTo) - indexAfter(rules, pattern, after));
  let count = 0;
  let slot = slotAfter(rules, timetable, after);
  while (slot !== undefined && slot <= upTo && count < COUNTED_MAX) {
    count += 1;
    slot = slotAfter(rules, timetable, slot);
  }
  return count;
}

/** The n-th slot after an instant, from 1. */
export function nthSlotAfter(
  rules: ZoneRules,
  timetable: Timetable,
  after: Millis,
  number: number,
): Millis | undefined {
  const { pattern, excludedDays } = timetable;
  if (pattern.kind === 'interval' && excludedDays.length === 0)
    return slotAt(rules, pattern, indexAfter(rules, pattern, after) + number - 1);
  let slot: Millis | undefined = after;
  for (let turn = 0; turn < number && slot !== undefined; turn++) slot = slotAfter(rules, timetable, slot);
  return slot;
}
