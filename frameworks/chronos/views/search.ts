/** The search of jobs by their names and commands. Letters are the same in either case. */

import type { JobRecord } from '../core/jobs/record';

/** A text that is not there is empty. */
export interface SearchTexts {
  readonly name: string;
  readonly command: string;
  readonly any: string;
}

export interface SearchQuery extends SearchTexts {
  readonly limit: number;
  readonly offset: number;
}

/** Decides by texts in lower case. */
export type Matcher = (name: string, command: string) => boolean;

/**
 * `name` and `command` must both match; a job that they reject comes back if `any` matches. In the original, `any` alone
 * filters nothing.
 */
export function matcherOf(texts: SearchTexts): Matcher {
  const name = texts.name.toLowerCase();
  const command = texts.command.toLowerCase();
  const any = texts.any.toLowerCase();
  const isAnyAlone = name === '' && command === '' && any !== '';
  return (jobName, jobCommand) =>
    (!isAnyAlone && jobName.includes(name) && jobCommand.includes(command)) ||
    (any !== '' && (jobName.includes(any) || jobCommand.includes(any)));
}

/** The records of a page, of those that match; an empty text is a pause. */
export function* pageOf(
  found: Iterable<JobRecord | ''>,
  { limit, offset }: SearchQuery,
  print: (record: JobRecord) => string,
): Generator<string, void> {
  let count = 0;
  if (limit === 0) return;
  for (const record of found) {
    if (record === '') {
      yield '';
      continue;
    }
    if (count >= offset) yield print(record);
    count += 1;
    if (count >= offset + limit) return;
  }
}
