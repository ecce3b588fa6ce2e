/**
 * The order of clients below one role: the least share first, then the least often chosen, then by name
 * (Mesos 1.11 src/master/allocator/mesos/sorter/drf/sorter.cpp).
 *
 * Always true: `position` is where an entry stands in its heap, -1 when it stands in none. So one that changed is
 * moved in the time of the heap's depth, however many compete.
 */

export interface Ranked {
  readonly name: string;
  share: number;
  /** Number of times it was chosen. */
  chosen: number;
  /** Its index in its heap; -1 when it is in none. */
  position: number;
}

export function isBefore(a: Ranked, b: Ranked): boolean {
  if (a.share !== b.share) return a.share < b.share;
  if (a.chosen !== b.chosen) return a.chosen < b.chosen;
  return a.name < b.name;
}

export function add<T extends Ranked>(heap: T[], entry: T): void {
  heap.push(entry);
  siftUp(heap, heap.length - 1);
}

/** Takes the first one out; undefined when nobody is left. */
export function popFirst<T extends Ranked>(heap: T[]): T | undefined {
  const [first] = heap;
  if (first) remove(heap, first);
  return first;
}

export function remove<T extends Ranked>(heap: T[], entry: T): void {
  const { position } = entry;
  if (position < 0) return;
  entry.position = -1;
  const last = heap.pop();
  if (!last || last === entry) return;
  heap[position] = last;
  last.position = position;
  move(heap, last);
}

/** Puts an entry where it belongs since its share changed. Without effect on one that stands in no heap. */
export function move<T extends Ranked>(heap: T[], entry: T): void {
  if (entry.position < 0) return;
  siftUp(heap, entry.position);
  sink(heap, entry.position);
}

/** Orders the whole heap anew. */
export function reorder<T extends Ranked>(heap: T[]): void {
  for (const [index, entry] of heap.entries()) entry.position = index;
  for (let index = (heap.length >> 1) - 1; index >= 0; index--) sink(heap, index);
}

function siftUp<T extends Ranked>(heap: T[], from: number): void {
  const entry = heap[from] as T;
  let index = from;
  while (index > 0) {
    const above = (index - 1) >> 1;
    const parent = heap[above] as T;
    if (!isBefore(entry, parent)) break;
    heap[index] = parent;
    parent.position = index;
    index = above;
  }
  heap[index] = entry;
  entry.position = index;
}

function sink<T extends Ranked>(heap: T[], from: number): void {
  const entry = heap[from] as T;
  let index = from;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as T, heap[child] as T)) child += 1;
    const below = heap[child] as T;
    if (!isBefore(below, entry)) break;
    heap[index] = below;
    below.position = index;
    index = child;
  }
  heap[index] = entry;
  entry.position = index;
}
