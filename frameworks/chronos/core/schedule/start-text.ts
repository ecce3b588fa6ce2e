/**
 * The start of a schedule: the dates and times that Joda-Time's lenient ISO 8601 parser reads, and the form in which
 * it prints an instant.
 *
 * Dates are `2026`, `2026-05`, `2026-05-01`, `2026-121` (day of the year) and `2026-W18-5` (week).
 */

import type { Millis } from '../../../../cluster/model/time';
import { DAY_MS, daysInMonth, firstWeekOf, midnightOf, type WallTime } from './civil';
import { wallTimeAt } from './wall-clock';
import type { Zone, ZoneRules } from './zone';

export interface StartText {
  readonly time: WallTime;
  /** The offset that the text has. */
  readonly offset: Millis | undefined;
}

const DATE = '(\\d{4})(?:-W(\\d{1,2})(?:-([1-7]))?|-(\\d{3})|-(\\d{1,2})(?:-(\\d{1,2}))?)?';
const FRACTION = '(?:[.,](\\d+))?';
const TIME = `(\\d{1,2})(?::(\\d{1,2})(?::(\\d{1,2}))?)?${FRACTION}`;
const OFFSET = '(Z|[+-]\\d{2}(?::?\\d{2}(?::?\\d{2})?)?)?';
const START = new RegExp(`^(?:${DATE})?(?:(T)(?:${TIME})?${OFFSET})?$`, 'i');

/** Reads a start that is not empty; undefined for a text that is none. */
export function readStart(text: string): StartText | undefined {
  const match = START.exec(text);
  if (match === null || text === '') return undefined;
  const [, year, week, weekday, dayOfYear, month, day, separator, ...times] = match;
  const hasOnlyTime = year === undefined;
  if (hasOnlyTime && (separator === undefined || times[0] === undefined)) return undefined;
  const date = hasOnlyTime ? 0 : readDate({ year: Number(year), week, weekday, dayOfYear, month, day });
  const time = readTimeOfDay(times);
  const offset = readOffset(times[4]);
  if (date === undefined || time === undefined || offset === null) return undefined;
  return { time: date + time, offset };
}

interface DateParts {
  readonly year: number;
  readonly week: string | undefined;
  readonly weekday: string | undefined;
  readonly dayOfYear: string | undefined;
  readonly month: string | undefined;
  readonly day: string | undefined;
}

function readDate({ year, week, weekday, dayOfYear, month, day }: DateParts): WallTime | undefined {
  if (week !== undefined) return weekDate(year, Number(week), Number(weekday ?? 1));
  const january = midnightOf({ year, month: 1, day: 1 });
  if (dayOfYear !== undefined) {
    const time = january + (Number(dayOfYear) - 1) * DAY_MS;
    const isInYear = time >= january && time < midnightOf({ year: year + 1, month: 1, day: 1 });
    return isInYear ? time : undefined;
  }
  const date = { year, month: Number(month ?? 1), day: Number(day ?? 1) };
  const isMonth = date.month >= 1 && date.month <= 12;
  if (!isMonth || date.day < 1 || date.day > daysInMonth(year, date.month)) return undefined;
  return midnightOf(date);
}

function weekDate(year: number, week: number, weekday: number): WallTime | undefined {
  const monday = firstWeekOf(year) + (week - 1) * 7 * DAY_MS;
  const isInYear = week >= 1 && monday < firstWeekOf(year + 1);
  return isInYear ? monday + (weekday - 1) * DAY_MS : undefined;
}

/** The time of the day from its parts; a fraction belongs to the last of them. */
function readTimeOfDay([hour, minute, second, fraction]: readonly (string | undefined)[]):
  | Millis
  | undefined {
  const parts = [Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)];
  const [hours = 0, minutes = 0, seconds = 0] = parts;
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const unit = second !== undefined ? 1000 : minute !== undefined ? 60_000 : 3_600_000;
  const rest = fraction === undefined ? 0 : Math.floor(Number(`0.${fraction.slice(0, 9)}`) * unit);
  return hours * 3_600_000 + minutes * 60_000 + seconds * 1000 + rest;
}

/** The offset of a text; undefined where it has none, null where it is out of range. */
function readOffset(text: string | undefined): Millis | undefined | null {
  if (text === undefined) return undefined;
  if (text.toUpperCase() === 'Z') return 0;
  const digits = text.slice(1).replaceAll(':', '').padEnd(6, '0');
  const [hours = 0, minutes = 0, seconds = 0] = (digits.match(/../g) ?? []).map(Number);
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  const offset = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  return text.startsWith('-') && offset !== 0 ? -offset : offset;
}

/** An instant with milliseconds and the offset of the zone: `2026-05-01T02:00:00.000+02:00`; Z for no offset. */
export function printInstant(rules: ZoneRules, zone: Zone, instant: Millis): string {
  const time = wallTimeAt(rules, zone, instant);
  return new Date(time).toISOString().replace('Z', printOffset(time - instant));
}

function printOffset(offset: Millis): string {
  if (offset === 0) return 'Z';
  const seconds = Math.round(Math.abs(offset) / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[2] === 0 ? parts.slice(0, 2) : parts;
  return (offset < 0 ? '-' : '+') + shown.map((part) => String(part).padStart(2, '0')).join(':');
}
