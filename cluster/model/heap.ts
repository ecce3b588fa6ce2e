/**
 * A binary heap in a plain array: the least item is always first. `before` says which of two comes first and
 * must be a strict order.
 */

export type Before<T> = (left: T, right: T) => boolean;

/** Puts an array into heap order, in place. */
export function heapify<T>(heap: T[], before: Before<T>): T[] {
  for (let index = (heap.length >> 1) - 1; index >= 0; index--) sink(heap, index, before);
  return heap;
}

export function heapPush<T>(heap: T[], item: T, before: Before<T>): void {
  let index = heap.push(item) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!before(item, heap[parent] as T)) break;
    heap[index] = heap[parent] as T;
    index = parent;
  }
  heap[index] = item;
}

/** Takes the least item out; undefined when there is none. */
export function heapPop<T>(heap: T[], before: Before<T>): T | undefined {
  const least = heap[0];
  const last = heap.pop();
  if (last !== undefined && heap.length > 0) {
    heap[0] = last;
    sink(heap, 0, before);
  }
  return least;
}

function sink<T>(heap: T[], from: number, before: Before<T>): void {
  const item = heap[from] as T;
  let index = from;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1] as T, heap[child] as T)) child += 1;
    if (!before(heap[child] as T, item)) break;
    heap[index] = heap[child] as T;
    index = child;
  }
  heap[index] = item;
}
