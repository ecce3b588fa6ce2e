/** The search of jobs by their names and commands, in the order in which they were created. */

import type { Job } from '../core/jobs/job';
import type { ApiBase } from '../core/jobs/names';
import { jobText, type PrintContext } from './job-texts';
import { entryIn, jsonList, type Pieces, type Read } from './read';

/** A text that is not there is empty. */
export interface SearchQuery {
  readonly name: string;
  readonly command: string;
  readonly any: string;
  readonly limit: number;
  readonly offset: number;
}

/** Jobs between two pauses. */
const STRIDE = 500;

/** The answer of `jobs/search`; `uris` and `fetch` are not mirrored. */
export function searchPieces(read: Read, query: SearchQuery, base: ApiBase, context: PrintContext): Pieces {
  return jsonList(matches(read, query, base, context));
}

function* matches(
  read: Read,
  query: SearchQuery,
  base: ApiBase,
  context: PrintContext,
): Generator<string, void> {
  const isMatch = matcherOf(query);
  const end = query.offset + query.limit;
  let count = 0;
  for (const [position, name] of read(({ jobs }) => [...jobs.keys()]).entries()) {
    if (count >= end) return;
    if (position % STRIDE === STRIDE - 1) yield '';
    const entry = entryIn(read, name);
    if (entry === undefined || !isMatch(entry.record.job)) continue;
    if (count >= query.offset) yield jobText(entry.record, base, context);
    count += 1;
  }
}

/**
 * `name` and `command` must both match; a job that they reject comes back if `any` matches. In the original, `any` alone
 * filters nothing.
 */
export function matcherOf({
  name,
  command,
  any,
}: Pick<SearchQuery, 'name' | 'command' | 'any'>): (job: Pick<Job, 'name' | 'command'>) => boolean {
  const has = containing(name);
  const runs = containing(command);
  const mentions = containing(any);
  const isAnyAlone = name === '' && command === '' && any !== '';
  return (job) =>
    (!isAnyAlone && has(job.name) && runs(job.command)) ||
    (any !== '' && (mentions(job.name) || mentions(job.command)));
}

/** Letters are the same in either case. */
function containing(part: string): (text: string) => boolean {
  const lower = part.toLowerCase();
  return lower === '' ? () => true : (text) => text.toLowerCase().includes(lower);
}
