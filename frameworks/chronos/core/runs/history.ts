/** The history of a job: its ended runs and the slots without one, newest first, bounded by number and age. */

import type { Millis } from '../../../../cluster/model/time';
import { isPackedRun, type PackedEntry, type Packer, timeOfPacked } from './packed-entry';
import type { HistoryEntry } from './run';

export interface Retention {
  readonly countMax: number;
  readonly ageMax: Millis;
}

/** Packed, the newest first. */
export type History = readonly PackedEntry[];

/** Adds an entry in front. Slots that follow those of the entry before, for the same reason, join it. */
export function addEntry(history: History, entry: HistoryEntry, { pack, unpack }: Packer): History {
  const [newest, ...older] = history;
  const joined = newest && !isPackedRun(newest) ? joinSlots(unpack(newest), entry) : undefined;
  return joined ? [pack(joined), ...older] : [pack(entry), ...history];
}

function joinSlots(older: HistoryEntry, newer: HistoryEntry): HistoryEntry | undefined {
  if (older.kind !== 'slots' || newer.kind !== 'slots') return undefined;
  const isSame = older.entry.kind === newer.entry.kind && older.entry.reason === newer.entry.reason;
  if (!isSame) return undefined;
  const slots = {
    first: older.entry.slots.first,
    last: newer.entry.slots.last,
    count: older.entry.slots.count + newer.entry.slots.count,
  };
  return { kind: 'slots', entry: { ...newer.entry, id: older.entry.id, slots } };
}

/**
 * The entries that are kept. The newest run is kept whatever its age, so that a rare job has a last run to show, and so are
 * entries of this moment, however many: each outcome is durable before it is forgotten.
 */
export function trimHistory(history: History, { countMax, ageMax }: Retention, now: Millis): History {
  const oldest = history.at(-1);
  const isOld = (entry: PackedEntry): boolean => now - timeOfPacked(entry) > ageMax;
  if (history.length <= countMax && (oldest === undefined || !isOld(oldest))) return history;
  const newestRun = history.find(isPackedRun);
  const isDue = (entry: PackedEntry, index: number): boolean =>
    index >= countMax || (entry !== newestRun && isOld(entry));
  return history.filter((entry, index) => timeOfPacked(entry) === now || !isDue(entry, index));
}
