/** The access of views to the state, and the form of answers that are printed piece by piece. */

import type { ChronosState, JobEntry } from '../core/state/state';

/** Reads one moment of the state. */
export type Read = <T>(view: (state: ChronosState) => T) => T;

/**
 * The text of an answer in pieces. Between two of them other work may be done, so each piece is of one moment, and the
 * answer as a whole is not; a job that is deleted meanwhile is left out.
 */
export type Pieces = Generator<string, void>;

export function entryIn(read: Read, name: string): JobEntry | undefined {
  return read(({ jobs }) => jobs.get(name));
}

/** A list in JSON, one entry a piece. */
export function* jsonList(entries: Iterable<string>): Pieces {
  let before = '[';
  for (const entry of entries) {
    // A pause, and no entry.
    if (entry === '') yield '';
    else {
      yield before + entry;
      before = ',';
    }
  }
  yield before === '[' ? '[]' : ']';
}
