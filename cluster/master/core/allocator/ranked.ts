/**
 * Heaps in the order of the DRF sorter: the least share first, then the fewest allocations, then by name (Mesos 1.11
 * src/master/allocator/mesos/sorter/drf/sorter.cpp).
 *
 * Always true: `position` is an entry's index in its heap, -1 when it is in none. So an entry whose share changed is
 * moved in logarithmic time, where the original sorts all clients again.
 */

export interface Ranked {
  readonly name: string;
  share: number;
  /**
   * Number of its allocations since this master leads, so that entries of the same share take turns. It starts anew
   * after a failover, as in the original.
   */
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

/** Removes and returns the first entry; undefined for an empty heap. */
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

/** Restores the order after the share of an entry changed. Without effect on an entry in no heap. */
export function move<T extends Ranked>(heap: T[], entry: T): void {
  if (entry.position < 0) return;
  siftUp(heap, entry.position);
  sink(heap, entry.position);
}

/** Restores the order of a whole heap. */
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
