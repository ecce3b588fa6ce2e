/** The names of all jobs in their order, which is kept until jobs come or go. */

import type { ChronosState } from '../../core/state/state';

export class SortedNames {
  /** The names in the order of the state, as they were when they were sorted. */
  private unsorted: readonly string[] = [];
  private sorted: readonly string[] = [];

  /** The list does not change afterwards: new names make a new one. */
  of({ jobs }: ChronosState): readonly string[] {
    if (!this.isCurrent(jobs)) {
      const before = this.sorted.filter((name) => jobs.has(name));
      const previous = new Set(before);
      this.unsorted = [...jobs.keys()];
      const added = this.unsorted.filter((name) => !previous.has(name)).sort();
      // Two sorted runs, which are merged in the time of their length.
      this.sorted = [...before, ...added].sort();
    }
    return this.sorted;
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
