/**
 * The heap of next slots: which job is next, whatever the number of jobs.
 *
 * Always true: a job is in the heap once at most, and no entry is before its parent.
 */

import { assert } from '../../../../cluster/model/assert';
import type { Millis } from '../../../../cluster/model/time';

interface SlotEntry {
  readonly name: string;
  at: Millis;
}

/** A binary heap, and the position of each job in it. */
export interface SlotHeap {
  readonly entries: SlotEntry[];
  readonly positions: Map<string, number>;
}

export function newSlotHeap(): SlotHeap {
  return { entries: [], positions: new Map() };
}

/** Sets the next slot of a job; undefined takes the job out. */
export function setSlot(heap: SlotHeap, name: string, slot: Millis | undefined): void {
  const position = heap.positions.get(name);
  if (slot === undefined) {
    if (position !== undefined) removeAt(heap, position);
    return;
  }
  if (position === undefined) {
    heap.entries.push({ name, at: slot });
    heap.positions.set(name, heap.entries.length - 1);
    rise(heap, heap.entries.length - 1);
    return;
  }
  const entry = heap.entries[position];
  assert(entry?.name === name, `the heap has another job at the position of ${name}`);
  entry.at = slot;
  sink(heap, rise(heap, position));
}

/** The earliest slot. */
export function peekSlot(heap: SlotHeap): { readonly name: string; readonly at: Millis } | undefined {
  return heap.entries[0];
}

/** Takes out the job of the earliest slot if it is due. */
export function takeDue(heap: SlotHeap, now: Millis): string | undefined {
  const first = heap.entries[0];
  if (first === undefined || first.at > now) return undefined;
  removeAt(heap, 0);
  return first.name;
}

function removeAt(heap: SlotHeap, position: number): void {
  const last = heap.entries.length - 1;
  exchange(heap, position, last);
  const removed = heap.entries.pop();
  if (removed !== undefined) heap.positions.delete(removed.name);
  if (position < last) sink(heap, rise(heap, position));
}

/** Equal slots are in the order of names, so that a replay has the same order. */
function isBefore(heap: SlotHeap, position: number, other: number): boolean {
  const left = heap.entries[position];
  const right = heap.entries[other];
  if (left === undefined || right === undefined) return false;
  return left.at === right.at ? left.name < right.name : left.at < right.at;
}

function rise(heap: SlotHeap, position: number): number {
  let place = position;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (!isBefore(heap, place, parent)) break;
    exchange(heap, place, parent);
    place = parent;
  }
  return place;
}

function sink(heap: SlotHeap, position: number): void {
  let place = position;
  for (;;) {
    const left = 2 * place + 1;
    const child = isBefore(heap, left + 1, left) ? left + 1 : left;
    if (!isBefore(heap, child, place)) return;
    exchange(heap, child, place);
    place = child;
  }
}

function exchange({ entries, positions }: SlotHeap, position: number, other: number): void {
  const left = entries[position];
  const right = entries[other];
  if (left === undefined || right === undefined) return;
  entries[position] = right;
  entries[other] = left;
  positions.set(right.name, position);
  positions.set(left.name, other);
}
