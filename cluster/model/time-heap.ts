/**
 * A heap of names by their times: which one is next, whatever their number.
 *
 * Always true: a name is in the heap once at most, and no entry is before its parent.
 */

import { assert } from './assert';
import type { Millis } from './time';

interface TimeEntry {
  readonly name: string;
  at: Millis;
}

/** A binary heap, and the position of each name in it. */
export interface TimeHeap {
  readonly entries: TimeEntry[];
  readonly positions: Map<string, number>;
}

export function newTimeHeap(): TimeHeap {
  return { entries: [], positions: new Map() };
}

/** Sets the time of a name; undefined takes the name out. */
export function setTime(heap: TimeHeap, name: string, at: Millis | undefined): void {
  const position = heap.positions.get(name);
  if (at === undefined) {
    if (position !== undefined) removeAt(heap, position);
    return;
  }
  if (position === undefined) {
    heap.entries.push({ name, at });
    heap.positions.set(name, heap.entries.length - 1);
    rise(heap, heap.entries.length - 1);
    return;
  }
  const entry = heap.entries[position];
  assert(entry?.name === name, `the heap has another name at the position of ${name}`);
  entry.at = at;
  sink(heap, rise(heap, position));
}

/** The time of a name; undefined for one that is not there. */
export function timeOf({ entries, positions }: TimeHeap, name: string): Millis | undefined {
  const position = positions.get(name);
  return position === undefined ? undefined : entries[position]?.at;
}

/** The name with the earliest time. */
export function earliest(heap: TimeHeap): { readonly name: string; readonly at: Millis } | undefined {
  return heap.entries[0];
}

/** Takes out the name with the earliest time if it is due. */
export function takeDue(heap: TimeHeap, now: Millis): string | undefined {
  const first = heap.entries[0];
  if (first === undefined || first.at > now) return undefined;
  removeAt(heap, 0);
  return first.name;
}

function removeAt(heap: TimeHeap, position: number): void {
  const last = heap.entries.length - 1;
  exchange(heap, position, last);
  const removed = heap.entries.pop();
  if (removed !== undefined) heap.positions.delete(removed.name);
  if (position < last) sink(heap, rise(heap, position));
}

/** Equal times are in the order of names, so that a replay has the same order. */
function isBefore(heap: TimeHeap, position: number, other: number): boolean {
  const left = heap.entries[position];
  const right = heap.entries[other];
  if (left === undefined || right === undefined) return false;
  return left.at === right.at ? left.name < right.name : left.at < right.at;
}

function rise(heap: TimeHeap, position: number): number {
  let place = position;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (!isBefore(heap, place, parent)) break;
    exchange(heap, place, parent);
    place = parent;
  }
  return place;
}

function sink(heap: TimeHeap, position: number): void {
  let place = position;
  for (;;) {
    const left = 2 * place + 1;
    const child = isBefore(heap, left + 1, left) ? left + 1 : left;
    if (!isBefore(heap, child, place)) return;
    exchange(heap, child, place);
    place = child;
  }
}

function exchange({ entries, positions }: TimeHeap, position: number, other: number): void {
  const left = entries[position];
  const right = entries[other];
  if (left === undefined || right === undefined) return;
  entries[position] = right;
  entries[other] = left;
  positions.set(right.name, position);
  positions.set(left.name, other);
}
