/**
 * The changes of a zone as they go out: the entries that were marked, or all of them in parts.
 */

import { PART_ENTRIES } from '../table/zone-table';
import type { ZoneChange, ZoneHead } from '../zone/zone';
import { entryNumbersEnd, entryOf, otherEntryNumber, taskEntryNumber, type ZoneData } from './zone-data';

/** A change of more entries than this goes out as a fresh zone, in parts: as one change it would hold up the questions. */
const CHANGED_MAX = 5000;

/** Takes the changes since the last call. Each part is made when it is asked for. */
export function* takeParts(zone: ZoneData, head: ZoneHead): Generator<ZoneChange> {
  const { unsent } = zone;
  const fresh = zone.fresh || zone.changed.size > CHANGED_MAX;
  const changed = [...zone.changed];
  // Entries that were marked after the preload was sent go out with the last part.
  if (!unsent) zone.changed = new Set();
  zone.fresh = false;
  zone.preload = undefined;
  zone.unsent = undefined;
  if (fresh) yield* takeFresh(zone, head, unsent);
  else if (changed.length > 0)
    yield changeOf(zone, head, { fresh, first: true, last: true, entryNumbers: changed });
}

/** A fresh zone in parts: all of it, or what is left of one whose first parts have gone out. */
function* takeFresh(zone: ZoneData, head: ZoneHead, unsent: ZoneData['unsent']): Generator<ZoneChange> {
  let first = !unsent;
  let entryNumbers: number[] = [];
  for (const entryNumber of unsent ? unsentNumbers(zone, unsent) : numbersUpTo(entryNumbersEnd(zone))) {
    entryNumbers.push(entryNumber);
    if (entryNumbers.length < PART_ENTRIES * 2) continue;
    yield changeOf(zone, head, { fresh: true, first, last: false, entryNumbers });
    first = false;
    entryNumbers = [];
  }
  entryNumbers.push(...zone.changed);
  zone.changed = new Set();
  yield changeOf(zone, head, { fresh: true, first, last: true, entryNumbers });
}

function* numbersUpTo(end: number): Generator<number> {
  for (let entryNumber = 0; entryNumber < end; entryNumber++) yield entryNumber;
}

function* unsentNumbers({ emitters }: ZoneData, tasks: readonly number[]): Generator<number> {
  for (let other = 0; other < emitters.length; other++) yield otherEntryNumber(other);
  for (const task of tasks) yield taskEntryNumber(task);
}

type Part = Pick<ZoneChange, 'fresh' | 'first' | 'last' | 'entryNumbers'>;

/** A part with the texts of its entries. In a fresh zone missing entries are left out; the last part may remove some. */
function changeOf(zone: ZoneData, head: ZoneHead, { fresh, first, last, entryNumbers }: Part): ZoneChange {
  const present: number[] = [];
  const entries: (string | null)[] = [];
  for (const entryNumber of entryNumbers) {
    const entry = entryOf(zone, entryNumber);
    if (entry === null && fresh && !last) continue;
    present.push(entryNumber);
    entries.push(entry);
  }
  const total = zone.cluster.tasks.size + zone.numbers.size;
  return { head, fresh, first, last, total, entryNumbers: present, entries };
}
