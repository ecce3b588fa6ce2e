/**
 * The tz database for the core: the offsets of zones, by luxon, with a cache of the changes of clocks.
 *
 * Luxon takes some 30 microseconds for an offset, and a schedule needs many of them. Offsets are asked for at the ends of
 * weeks; a change within a week is found by halving it, once. No zone has changed its clocks twice in a week.
 */

import { IANAZone } from 'luxon';
import { isFault } from '../core/schedule/fault';
import { readZone, UTC, type Zone, type ZoneRules } from '../core/schedule/zone';

/** A name has letters and begins with one; Intl alone would also take offsets such as `+05:30`. */
const NAME = /^[A-Za-z][A-Za-z0-9_+\-/]*$/;

const WEEK_MS = 604_800_000;
/** Weeks that are cached in all; then the cache begins anew. */
const WEEKS_MAX = 200_000;

/** The offset before and after a change of clocks in a week; without a change both are the same. */
interface WeekOffsets {
  readonly before: number;
  readonly after: number;
  readonly changeAt: number;
}

export function tzRules(): ZoneRules {
  const zones = new Map<string, Map<number, WeekOffsets>>();
  let count = 0;
  const weekOf = (name: string, week: number): WeekOffsets => {
    const weeks = zones.get(name) ?? new Map<number, WeekOffsets>();
    const cached = weeks.get(week);
    if (cached !== undefined) return cached;
    if (++count > WEEKS_MAX) {
      zones.clear();
      count = 0;
    }
    const offsets = readWeek(name, week);
    zones.set(name, weeks.set(week, offsets));
    return offsets;
  };
  return {
    isZone: (name) => zones.has(name) || (NAME.test(name) && IANAZone.isValidZone(name)),
    offsetAt: (name, instant) => {
      const { before, after, changeAt } = weekOf(name, Math.floor(instant / WEEK_MS));
      return instant < changeAt ? before : after;
    },
  };
}

function readWeek(name: string, week: number): WeekOffsets {
  const zone = IANAZone.create(name);
  const offsetAt = (instant: number): number => zone.offset(instant) * 60_000;
  let earlier = week * WEEK_MS;
  let later = earlier + WEEK_MS;
  const before = offsetAt(earlier);
  const after = offsetAt(later);
  if (before === after) return { before, after, changeAt: later };
  while (later - earlier > 1) {
    const middle = earlier + Math.floor((later - earlier) / 2);
    if (offsetAt(middle) === before) earlier = middle;
    else later = middle;
  }
  return { before, after, changeAt: later };
}

/** The name of the zone of this machine. */
export function localZoneName(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The zone of this machine; UTC where it has none that is known. */
export function serverZone(rules: ZoneRules): Zone {
  const zone = readZone(rules, localZoneName());
  return isFault(zone) ? UTC : zone;
}
