/**
 * Periods of ISO 8601, such as `P1M` and `PT1H30M`: dates and times in separate units, as Joda-Time keeps them.
 *
 * Units of dates move the wall clock, units of time the instant; neither is turned into the other.
 */

import type { Millis } from '../../../../cluster/model/time';
import { DAY_MS } from './civil';
import type { Fault } from './fault';

export interface Period {
  readonly years: number;
  readonly months: number;
  readonly weeks: number;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  /** Seconds with their fraction, in milliseconds. */
  readonly millis: Millis;
}

const DATE = '(?:(-?\\d{1,9})Y)?(?:(-?\\d{1,9})M)?(?:(-?\\d{1,9})W)?(?:(-?\\d{1,9})D)?';
const TIME = '(?:(-?\\d{1,9})H)?(?:(-?\\d{1,9})M)?(?:(-?)(\\d{1,9})(?:[.,](\\d+))?S)?';
const PERIOD = new RegExp(`^P${DATE}(?:T${TIME})?$`, 'i');

/** Reads a period. The P is a capital; the other letters may have any case. */
export function readPeriod(text: string): Period | Fault {
  const match = text.startsWith('P') ? PERIOD.exec(text) : null;
  if (match === null) return { fault: 'has no ISO 8601 period such as PT1H or P1D at its end' };
  const numbers = [1, 2, 3, 4, 5, 6].map((group) => Number(match[group] ?? 0) + 0);
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0] = numbers;
  const fraction = Number((match[9] ?? '').slice(0, 3).padEnd(3, '0'));
  const seconds = Number(match[8] ?? 0) * 1000 + fraction;
  return { years, months, weeks, days, hours, minutes, millis: match[7] ? -seconds : seconds };
}

/** The period as Joda-Time prints it: units that are zero are left out, and nothing is carried over. */
export function printPeriod(period: Period): string {
  const unit = (amount: number, letter: string): string => (amount === 0 ? '' : `${amount}${letter}`);
  const { years, months, weeks, days, hours, minutes, millis } = period;
  const date = unit(years, 'Y') + unit(months, 'M') + unit(weeks, 'W') + unit(days, 'D');
  const time = unit(hours, 'H') + unit(minutes, 'M') + printSeconds(millis);
  if (date === '' && time === '') return 'PT0S';
  return time === '' ? `P${date}` : `P${date}T${time}`;
}

function printSeconds(millis: Millis): string {
  if (millis === 0) return '';
  const size = Math.abs(millis);
  const fraction = size % 1000 === 0 ? '' : `.${String(size % 1000).padStart(3, '0')}`;
  return `${millis < 0 ? '-' : ''}${Math.floor(size / 1000)}${fraction}S`;
}

export function monthsOf({ years, months }: Period): number {
  return years * 12 + months;
}

export function daysOf({ weeks, days }: Period): number {
  return weeks * 7 + days;
}

export function timeOf({ hours, minutes, millis }: Period): Millis {
  return hours * 3_600_000 + minutes * 60_000 + millis;
}

const MEAN_MONTH_MS = 30.436_875 * DAY_MS;

/** The mean length; that of n periods differs from n times this by less than a week. */
export function meanLength(period: Period): Millis {
  return monthsOf(period) * MEAN_MONTH_MS + daysOf(period) * DAY_MS + timeOf(period);
}

export function hasNegativePart(period: Period): boolean {
  return Object.values(period).some((amount: number) => amount < 0);
}
