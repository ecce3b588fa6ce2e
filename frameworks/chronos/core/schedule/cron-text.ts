/**
 * Cron expressions: `minute hour day month weekday`, with seconds in front where there are six fields.
 *
 * A field is a list of numbers, names, ranges and steps. `L` is the last day of the month. A day matches when its day of
 * the month or its weekday does, if both are restricted; this is the rule of Vixie cron.
 */

import type { Fault } from './fault';

export interface CronFields {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** 32 is the last day of the month. */
  readonly days: readonly number[];
  readonly months: readonly number[];
  /** From 1 for Monday to 7 for Sunday. */
  readonly weekdays: readonly number[];
  readonly hasAnyHour: boolean;
  readonly hasAnyDay: boolean;
  readonly hasAnyWeekday: boolean;
}

export const LAST_DAY = 32;

const MACROS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

interface FieldRange {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
  readonly lastDay?: boolean;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const RANGES: readonly FieldRange[] = [
  { name: 'second', min: 0, max: 59 },
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31, lastDay: true },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'weekday', min: 0, max: 7, names: WEEKDAYS },
];

/** The days of the longest month: a date such as February 30 is no date of any year. */
const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A text that is meant as cron: five or six fields, or a macro. */
export function looksLikeCron(text: string): boolean {
  return text.startsWith('@') || /^\S+(\s+\S+){4,5}$/.test(text.trim());
}

export function readCron(text: string): CronFields | Fault {
  const expression = MACROS[text.trim().toLowerCase()] ?? text.trim();
  const fields = expression.split(/\s+/);
  if (fields.length === 5) fields.unshift('0');
  if (fields.length !== RANGES.length) return { fault: 'is no cron expression of five or six fields' };
  const sets = RANGES.map((range, index) => readField(fields[index] ?? '', range));
  const wrong = sets.indexOf(undefined);
  if (wrong >= 0) return { fault: `has a wrong ${RANGES[wrong]?.name} '${fields[wrong]}'` };
  const [seconds = [], minutes = [], hours = [], days = [], months = [], weekdays = []] = sets;
  const isAny = (index: number): boolean => /^[*?]$/.test(fields[index] ?? '');
  const cron = {
    seconds,
    minutes,
    hours,
    days,
    months,
    weekdays: sorted(weekdays.map((day) => (day === 0 ? 7 : day))),
    hasAnyHour: isAny(2),
    hasAnyDay: isAny(3),
    hasAnyWeekday: isAny(5),
  };
  return hasDate(cron) ? cron : { fault: 'names a date that no year has' };
}

function hasDate({ days, months, hasAnyWeekday }: CronFields): boolean {
  if (!hasAnyWeekday || days.includes(LAST_DAY)) return true;
  return months.some((month) => days.some((day) => day <= (LONGEST[month - 1] ?? 0)));
}

function readField(text: string, range: FieldRange): readonly number[] | undefined {
  const parts = text
    .toLowerCase()
    .split(',')
    .map((part) => readPart(part, range));
  const numbers = parts.flatMap((part) => part ?? []);
  return parts.includes(undefined) || numbers.length === 0 ? undefined : sorted(numbers);
}

function sorted(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

const PART = /^(?:([*?])|([a-z]+|\d{1,2})(?:-([a-z]+|\d{1,2}))?)(?:\/(\d{1,2}))?$/;

function readPart(part: string, range: FieldRange): readonly number[] | undefined {
  if (part === 'l' && range.lastDay) return [LAST_DAY];
  const match = PART.exec(part);
  if (match === null) return undefined;
  const [, any, firstText = '', lastText, stepText] = match;
  const first = any ? range.min : readNumber(firstText, range);
  const last = endOf({ any, lastText, stepText }, first, range);
  const step = Number(stepText ?? 1);
  if (first === undefined || last === undefined || first > last || step === 0) return undefined;
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step);
}

interface PartEnd {
  readonly any: string | undefined;
  readonly lastText: string | undefined;
  readonly stepText: string | undefined;
}

/** The end of a part: `5/15` runs on to the end of the field. */
function endOf({ any, lastText, stepText }: PartEnd, first: number | undefined, range: FieldRange) {
  if (lastText !== undefined) return readNumber(lastText, range);
  return any !== undefined || stepText !== undefined ? range.max : first;
}

function readNumber(text: string, { min, max, names = [] }: FieldRange): number | undefined {
  const place = names.indexOf(text);
  const number = place >= 0 ? place + (names.length === 12 ? 1 : 0) : /^\d+$/.test(text) ? Number(text) : -1;
  return number >= min && number <= max ? number : undefined;
}
