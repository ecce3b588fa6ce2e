/** All jobs, in full and as a summary, in the order of the names. */

import type { JobEntry } from '../core/state/state';
import { entryIn, jsonList, type Pieces, type Read } from './read';

/** The answer of `jobs`. */
export function listPieces(read: Read, names: readonly string[], print: (entry: JobEntry) => string): Pieces {
  return jsonList(
    textsOf(names, (name) => {
      const entry = entryIn(read, name);
      return entry && print(entry);
    }),
  );
}

/** Prints the row of a job, with the reason why it is quarantined. */
export type PrintRow = (entry: JobEntry, quarantine: string | undefined) => string;

/** The answer of `jobs/summary`. */
export function* summaryPieces(read: Read, names: readonly string[], print: PrintRow): Pieces {
  yield '{"jobs":';
  yield* jsonList(textsOf(names, (name) => summaryOf(read, name, print)));
  yield '}';
}

/** The row of one job; undefined for a job that is gone. */
export function summaryOf(read: Read, name: string, print: PrintRow): string | undefined {
  return read(({ jobs, quarantined }) => {
    const entry = jobs.get(name);
    return entry && print(entry, quarantined.get(name));
  });
}

function* textsOf(
  names: readonly string[],
  print: (name: string) => string | undefined,
): Generator<string, void> {
  for (const name of names) {
    const text = print(name);
    if (text !== undefined) yield text;
  }
}
