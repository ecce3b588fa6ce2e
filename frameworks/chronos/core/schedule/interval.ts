/**
 * Repeating intervals of ISO 8601: `R5/2026-05-01T02:00:00Z/P1D`.
 *
 * Slots are anchored: slot n is the start and n periods, by the calendar of the zone. The original adds one period to
 * the slot before; so it loses the 31st after each February, and 02:30 after each spring.
 */

import type { Millis } from '../../../../cluster/model/time';
import { DAY_MS, plusMonths, type WallTime } from './civil';
import type { Fault } from './fault';
import { isFault } from './fault';
import {
  daysOf,
  hasNegativePart,
  meanLength,
  monthsOf,
  type Period,
  printPeriod,
  readPeriod,
  timeOf,
} from './period';
import { printInstant, readStart, type StartText } from './start-text';
import { instantOf, wallTimeAt } from './wall-clock';
import type { Zone, ZoneRules } from './zone';

/** The text of an interval, read. */
export interface IntervalText {
  /** Undefined without an end. */
  readonly count: number | undefined;
  /** Undefined for an empty start, which means now. */
  readonly start: StartText | undefined;
  readonly period: Period;
}

/** An interval with its start at a fixed place of a zone. */
export interface Interval {
  readonly kind: 'interval';
  readonly zone: Zone;
  readonly start: WallTime;
  readonly period: Period;
}

const INTERVAL = /^R(\d*)\/([^/]*)\/(P[^/]*)$/;
const PERIOD_MIN_MS = 1000;
/** The original's earliest start: 1970-01-01T00:00:01Z. */
const START_MIN_MS = 1000;
/** The last instant of a Date. */
const INSTANT_MAX = 8_640_000_000_000_000;

export function readInterval(text: string): IntervalText | Fault {
  const match = INTERVAL.exec(text);
  if (match === null) return { fault: 'is not of the form R[count]/[start]/period' };
  const [, digits = '', startText = '', periodText = ''] = match;
  const count = digits === '' ? undefined : Number(digits);
  if (count !== undefined && count > Number.MAX_SAFE_INTEGER)
    return { fault: 'has a count that is too large' };
  const start = startText === '' ? undefined : readStart(startText);
  if (startText !== '' && start === undefined) return { fault: `has a start that is no ISO 8601 date` };
  const period = readPeriod(periodText);
  return isFault(period) ? period : (periodFault(period, count) ?? { count, start, period });
}

/** A bare `P` is for schedules that run at most once. */
function periodFault(period: Period, count: number | undefined): Fault | undefined {
  if (hasNegativePart(period)) return { fault: 'has a negative period' };
  const length = meanLength(period);
  if (length === 0 && count !== undefined && count <= 1) return undefined;
  return length < PERIOD_MIN_MS ? { fault: 'has a period of less than one second' } : undefined;
}

interface Placement {
  /** The zone of `scheduleTimeZone`; it keeps the reading of the start's clock and replaces its offset. */
  readonly zone: Zone | undefined;
  /** The zone of starts without an offset. */
  readonly serverZone: Zone;
  readonly now: Millis;
}

/** Puts the start of an interval in its zone. */
export function placeInterval(
  rules: ZoneRules,
  { start, period }: IntervalText,
  { zone, serverZone, now }: Placement,
): Interval | Fault {
  const placed = zone ?? (start?.offset === undefined ? serverZone : { offset: start.offset });
  const time = start?.time ?? wallTimeAt(rules, placed, now);
  const first = instantOf(rules, placed, time);
  if (first < START_MIN_MS) return { fault: 'has a start before 1970-01-01T00:00:01Z' };
  return { kind: 'interval', zone: placed, start: time, period };
}

/** The instant of slot n, from 0; undefined after the end of time. */
export function slotAt(
  rules: ZoneRules,
  { zone, start, period }: Interval,
  index: number,
): Millis | undefined {
  const date = plusMonths(start, index * monthsOf(period)) + index * daysOf(period) * DAY_MS;
  if (!(Math.abs(date) < INSTANT_MAX)) return undefined;
  const slot = instantOf(rules, zone, date) + index * timeOf(period);
  return slot <= INSTANT_MAX ? slot : undefined;
}

/** The number of the first slot after an instant. Its cost does not depend on how many slots passed. */
export function indexAfter(rules: ZoneRules, interval: Interval, after: Millis): number {
  const first = instantOf(rules, interval.zone, interval.start);
  const length = meanLength(interval.period);
  if (first > after) return 0;
  if (length === 0) return 1;
  const isLater = (index: number): boolean => (slotAt(rules, interval, index) ?? Infinity) > after;
  let index = Math.max(0, Math.floor((after - first) / length));
  while (index > 0 && isLater(index - 1)) index -= 1;
  while (!isLater(index)) index += 1;
  return index;
}

/** The first slot after an instant. */
export function intervalSlotAfter(rules: ZoneRules, interval: Interval, after: Millis): Millis | undefined {
  const index = indexAfter(rules, interval, after);
  return index > 0 && meanLength(interval.period) === 0 ? undefined : slotAt(rules, interval, index);
}

interface Written {
  readonly count: number | undefined;
  readonly zone: Zone;
  readonly period: Period;
  readonly start: Millis;
}

/** The interval as the original writes it back after a launch. */
export function printInterval(rules: ZoneRules, { count, zone, period, start }: Written): string {
  return `R${count ?? ''}/${printInstant(rules, zone, start)}/${printPeriod(period)}`;
}
