/**
 * Arithmetic of the wall clock, without a zone: dates of the Gregorian calendar as numbers.
 *
 * A wall time is the number of milliseconds that the same reading of a clock in UTC has.
 */

/** A reading of a wall clock, in milliseconds since the reading 1970-01-01T00:00. */
export type WallTime = number;

export interface CivilDate {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
}

export const DAY_MS = 86_400_000;

/** The wall time of midnight on a date. The date must exist. */
export function midnightOf({ year, month, day }: CivilDate): WallTime {
  const date = new Date(0);
  return date.setUTCFullYear(year, month - 1, day);
}

export function dateOf(time: WallTime): CivilDate {
  const date = new Date(time);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

export function startOfDay(time: WallTime): WallTime {
  return Math.floor(time / DAY_MS) * DAY_MS;
}

/** From 1 for Monday to 7 for Sunday. */
export function weekdayOf(time: WallTime): number {
  return ((((Math.floor(time / DAY_MS) + 3) % 7) + 7) % 7) + 1;
}

export function daysInMonth(year: number, month: number): number {
  return dateOf(midnightOf({ year, month: month + 1, day: 0 })).day;
}

/** Moves the date by months; a day that the month does not have becomes its last one. */
export function plusMonths(time: WallTime, months: number): WallTime {
  const date = dateOf(time);
  const total = date.year * 12 + date.month - 1 + months;
  const year = Math.floor(total / 12);
  const month = total - year * 12 + 1;
  const day = Math.min(date.day, daysInMonth(year, month));
  return midnightOf({ year, month, day }) + (time - startOfDay(time));
}

/** The Monday of the first ISO week of a year: the week that has January 4. */
export function firstWeekOf(year: number): WallTime {
  const fourth = midnightOf({ year, month: 1, day: 4 });
  return fourth - (weekdayOf(fourth) - 1) * DAY_MS;
}
