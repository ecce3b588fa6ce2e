/**
 * The names of all jobs in their order, which is kept until jobs come or go.
 *
 * They are sorted with pauses, since very many take longer than other requests should wait: the names of one moment are
 * merged into those that were sorted before.
 */

import type { ChronosState } from '../../core/state/state';
import type { Read } from '../../views/read';

/** Names between two pauses. */
const STRIDE = 1000;

export class SortedNames {
  /** The names in the order of the state, as they were when they were sorted. */
  private unsorted: readonly string[] = [];
  private sorted: readonly string[] = [];

  /** The names of the moment of the first step; an empty text is a pause. The list does not change afterwards. */
  *of(read: Read): Generator<'', readonly string[]> {
    const names = read(({ jobs }) => (this.isCurrent(jobs) ? undefined : [...jobs.keys()]));
    if (names === undefined) return this.sorted;
    const sorted = yield* sortNames(names, this.sorted);
    this.unsorted = names;
    this.sorted = sorted;
    return sorted;
  }

  private isCurrent(jobs: ChronosState['jobs']): boolean {
    if (jobs.size !== this.unsorted.length) return false;
    let position = 0;
    for (const name of jobs.keys()) {
      if (this.unsorted[position++] !== name) return false;
    }
    return true;
  }
}

/** Those that were sorted before stay in their order; the others are sorted in blocks, which are merged. */
function* sortNames(names: readonly string[], previous: readonly string[]): Generator<'', readonly string[]> {
  const added = new Set<string>();
  for (const block of blocksOf(names)) {
    yield '';
    for (const name of block) added.add(name);
  }
  const staying: string[] = [];
  for (const block of blocksOf(previous)) {
    yield '';
    for (const name of block) if (added.delete(name)) staying.push(name);
  }
  let runs: (readonly string[])[] = [];
  for (const block of blocksOf([...added])) {
    yield '';
    runs.push(block.sort());
  }
  if (staying.length > 0) runs.push(staying);
  while (runs.length > 1) {
    const merged: (readonly string[])[] = [];
    for (let place = 0; place < runs.length; place += 2)
      merged.push(yield* merge(runs[place] ?? [], runs[place + 1] ?? []));
    runs = merged;
  }
  return runs[0] ?? [];
}

function* blocksOf(names: readonly string[]): Generator<string[], void> {
  for (let start = 0; start < names.length; start += STRIDE) yield names.slice(start, start + STRIDE);
}

/** Merges two sorted lists. */
function* merge(left: readonly string[], right: readonly string[]): Generator<'', readonly string[]> {
  const merged: string[] = [];
  let leftPlace = 0;
  let rightPlace = 0;
  while (leftPlace < left.length || rightPlace < right.length) {
    if (merged.length % STRIDE === 0) yield '';
    const first = left[leftPlace];
    const second = right[rightPlace];
    if (first !== undefined && (second === undefined || first < second)) {
      merged.push(first);
      leftPlace += 1;
    } else if (second !== undefined) {
      merged.push(second);
      rightPlace += 1;
    }
  }
  return merged;
}
