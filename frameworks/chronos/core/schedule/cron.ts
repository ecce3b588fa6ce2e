/**
 * The slots of a cron expression in a zone.
 *
 * With fixed hours, a wall time that the zone skips is pushed later by the gap, and one that it has twice is the first.
 * With `*` as the hour, slots follow the instants: none in the gap, and both passes of the overlap.
 */

import type { Millis } from '../../../../cluster/model/time';
import { DAY_MS, dateOf, daysInMonth, midnightOf, startOfDay, type WallTime, weekdayOf } from './civil';
import { type CronFields, LAST_DAY } from './cron-text';
import { resolveWallTime, wallTimeAt } from './wall-clock';
import { offsetOf, type Zone, type ZoneRules } from './zone';

export interface Cron {
  readonly kind: 'cron';
  readonly zone: Zone;
  readonly fields: CronFields;
}

/** February 29 on a given weekday may be 40 years away. */
const YEARS_MAX = 41;

/** The first slot after an instant; undefined where none is near. */
export function cronSlotAfter(rules: ZoneRules, cron: Cron, after: Millis): Millis | undefined {
  return cron.fields.hasAnyHour ? slotByInstants(rules, cron, after) : slotByWallTimes(rules, cron, after);
}

/** Wall times that the zone skips come out of their order, so the search begins before a gap of the last day. */
function slotByWallTimes(rules: ZoneRules, { zone, fields }: Cron, after: Millis): Millis | undefined {
  const gap = Math.max(0, offsetOf(rules, zone, after) - offsetOf(rules, zone, after - DAY_MS));
  let nearest: Millis | undefined;
  let time = nextWallTime(fields, wallTimeAt(rules, zone, after) - gap);
  while (time !== undefined) {
    const { at: slot, isPushed } = resolveWallTime(rules, zone, time);
    if (slot > after && slot < (nearest ?? Infinity)) nearest = slot;
    if (slot > after && !isPushed) return nearest;
    time = nextWallTime(fields, time);
  }
  return nearest;
}

function slotByInstants(rules: ZoneRules, { zone, fields }: Cron, after: Millis): Millis | undefined {
  let from = after;
  for (;;) {
    const offset = offsetOf(rules, zone, from);
    const time = nextWallTime(fields, from + offset);
    if (time === undefined) return undefined;
    const slot = time - offset;
    if (offsetOf(rules, zone, slot) === offset) return slot;
    const change = changeBetween(rules, zone, from, slot);
    const changed = change + offsetOf(rules, zone, change);
    if (matches(fields, changed)) return change;
    from = change;
  }
}

/** The first instant of another offset, between two instants whose offsets differ. */
function changeBetween(rules: ZoneRules, zone: Zone, from: Millis, to: Millis): Millis {
  const offset = offsetOf(rules, zone, from);
  let before = from;
  let after = to;
  while (after - before > 1) {
    const middle = before + Math.floor((after - before) / 2);
    if (offsetOf(rules, zone, middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}

function matches(fields: CronFields, time: WallTime): boolean {
  return nextWallTime(fields, time - 1) === time;
}

/** The first wall time after another that the fields match. */
function nextWallTime(fields: CronFields, after: WallTime): WallTime | undefined {
  const earliest = Math.floor(after / 1000) * 1000 + 1000;
  const today = startOfDay(earliest);
  if (matchesDay(fields, today)) {
    const time = timeOfDayFrom(fields, (earliest - today) / 1000);
    if (time !== undefined) return today + time * 1000;
  }
  const day = nextDay(fields, today + DAY_MS);
  return day === undefined ? undefined : day + (timeOfDayFrom(fields, 0) ?? 0) * 1000;
}

function nextDay(fields: CronFields, from: WallTime): WallTime | undefined {
  const first = dateOf(from);
  let day = from;
  while (dateOf(day).year <= first.year + YEARS_MAX) {
    const { year, month } = dateOf(day);
    if (!fields.months.includes(month)) {
      day = midnightOf({ year, month: month + 1, day: 1 });
    } else if (matchesDay(fields, day)) {
      return day;
    } else {
      day += DAY_MS;
    }
  }
  return undefined;
}

function matchesDay(
  { months, days, weekdays, hasAnyDay, hasAnyWeekday }: CronFields,
  day: WallTime,
): boolean {
  const date = dateOf(day);
  if (!months.includes(date.month)) return false;
  const isLast = days.includes(LAST_DAY) && date.day === daysInMonth(date.year, date.month);
  const isDay = days.includes(date.day) || isLast;
  const isWeekday = weekdays.includes(weekdayOf(day));
  return hasAnyDay || hasAnyWeekday ? isDay && isWeekday : isDay || isWeekday;
}

/** The first second of a day, from a second on, that the fields match. */
function timeOfDayFrom({ hours, minutes, seconds }: CronFields, from: number): number | undefined {
  for (const hour of hours.filter((candidate) => candidate >= Math.floor(from / 3600))) {
    for (const minute of minutes) {
      const start = hour * 3600 + minute * 60;
      const second = seconds.find((candidate) => start + candidate >= from);
      if (second !== undefined) return start + second;
    }
  }
  return undefined;
}
