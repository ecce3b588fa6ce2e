/** The preview of a schedule: its next slots as instants and as readings of the clock in its zone. */

import type { Millis } from '../../../../cluster/model/time';
import type { Progress } from './progress';
import { printInstant } from './start-text';
import { slotAfter, type Timetable } from './timetable';
import type { ZoneRules } from './zone';

export interface PreviewSlot {
  readonly at: Millis;
  /** With the offset of the zone. */
  readonly text: string;
}

export const PREVIEW_MAX = 1000;

/** The next slots, at most as many as there are repetitions. */
export function previewSlots(
  rules: ZoneRules,
  timetable: Timetable,
  { progress, limit }: { readonly progress: Progress; readonly limit: number },
): readonly PreviewSlot[] {
  const most = Math.min(limit, PREVIEW_MAX, progress.remaining ?? Infinity);
  const slots: PreviewSlot[] = [];
  let slot = slotAfter(rules, timetable, progress.decided);
  while (slot !== undefined && slots.length < most) {
    slots.push({ at: slot, text: printInstant(rules, timetable.pattern.zone, slot) });
    slot = slotAfter(rules, timetable, slot);
  }
  return slots;
}
