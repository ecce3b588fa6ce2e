/** Excluded days: dates and weekdays in the zone of the schedule on which a job has no slots. */

import { dateOf, daysInMonth, midnightOf, type WallTime, weekdayOf } from './civil';
import type { Fault } from './fault';

const WEEKDAYS = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];

/** Reads one entry: `2026-12-25`, `12-25` for each year, or `SAT`. Gives it in its canonical form. */
export function readExcludedDay(text: string): string | Fault {
  const weekday = text.toUpperCase();
  if (WEEKDAYS.includes(weekday)) return weekday;
  const match = /^(?:(\d{4})-)?(\d{2})-(\d{2})$/.exec(text);
  const year = Number(match?.[1] ?? 2000);
  const month = Number(match?.[2]);
  const day = Number(match?.[3]);
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  return isDate ? text : { fault: `must be a date such as 2026-12-25 or 12-25, or a weekday, not '${text}'` };
}

/** Without a weekday left, a schedule has no slots. */
export function excludesEveryDay(days: readonly string[]): boolean {
  return WEEKDAYS.every((weekday) => days.includes(weekday));
}

export function isExcluded(days: readonly string[], time: WallTime): boolean {
  if (days.length === 0) return false;
  const { year, month, day } = dateOf(time);
  const date = new Date(midnightOf({ year, month, day })).toISOString().slice(0, 10);
  const weekday = WEEKDAYS[weekdayOf(time) - 1] ?? '';
  return days.includes(weekday) || days.includes(date) || days.includes(date.slice(5));
}
