/**
 * The demand for offers: runs that wait for one, and slots that are due before long.
 *
 * Offers are asked for a few seconds before the next slot, or one revive interval where that is longer: then jobs that
 * come oftener keep offers flowing. Without either, offers are suppressed.
 */

import type { Millis } from '../../../../cluster/model/time';
import type { Wanted } from '../../../kit/core/session/revive';

/** The time from a REVIVE to the offers, generously. */
const LEAD_MS = 3000;

export interface Demand {
  readonly wanted: Wanted;
  /** The time at which offers are asked for the next slot; undefined when that is now or never. */
  readonly askAt: Millis | undefined;
}

export interface DemandInput {
  readonly now: Millis;
  readonly readyRuns: number;
  readonly nextSlot: Millis | undefined;
  readonly minReviveOffersMs: Millis;
}

export function demandFor({ now, readyRuns, nextSlot, minReviveOffersMs }: DemandInput): Demand {
  const askAt = nextSlot === undefined ? undefined : nextSlot - Math.max(LEAD_MS, minReviveOffersMs);
  const isSoon = askAt !== undefined && askAt <= now;
  const wanted = new Map([
    ...(readyRuns > 0 ? [['runs', readyRuns] as const] : []),
    ...(isSoon ? [['slots', 1] as const] : []),
  ]);
  return { wanted, askAt: isSoon ? undefined : askAt };
}
