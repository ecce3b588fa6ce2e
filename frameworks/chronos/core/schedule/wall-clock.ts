/**
 * From wall times to instants and back, in a zone.
 *
 * A wall time that a zone skips (the gap in spring) is pushed later by the gap: 02:30 becomes 03:30.
 * A wall time that a zone has twice (the overlap in autumn) is the first of the two.
 */

import type { Millis } from '../../../../cluster/model/time';
import { DAY_MS, type WallTime } from './civil';
import { offsetOf, type Zone, type ZoneRules } from './zone';

export interface Resolved {
  readonly at: Millis;
  /** The zone does not have the wall time. */
  readonly isPushed: boolean;
}

/** The instant of a wall time. */
export function resolveWallTime(rules: ZoneRules, zone: Zone, time: WallTime): Resolved {
  if ('offset' in zone) return { at: time - zone.offset, isPushed: false };
  const before = offsetOf(rules, zone, time - DAY_MS);
  const after = offsetOf(rules, zone, time + DAY_MS);
  if (before === after) return { at: time - before, isPushed: false };
  const earlier = time - Math.max(before, after);
  const later = time - Math.min(before, after);
  const isReal = (instant: Millis): boolean => instant + offsetOf(rules, zone, instant) === time;
  if (isReal(earlier)) return { at: earlier, isPushed: false };
  return { at: later, isPushed: !isReal(later) };
}

export function instantOf(rules: ZoneRules, zone: Zone, time: WallTime): Millis {
  return resolveWallTime(rules, zone, time).at;
}

export function wallTimeAt(rules: ZoneRules, zone: Zone, instant: Millis): WallTime {
  return instant + offsetOf(rules, zone, instant);
}
