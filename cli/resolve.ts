/**
 * The object that a word names: by its id, its name, or the beginning of its id. Looser matches are not made, since the
 * command may remove the object.
 */

import { StartError } from '../cluster/runtime/lifecycle';

export interface Candidate {
  readonly id: string;
  /** Other words for the candidate, such as a host name; only whole words match. */
  readonly names: readonly string[];
}

interface NamedKind {
  /** The noun with a capital: `Agent`. */
  readonly name: string;
  /** The command that lists them. */
  readonly list: string;
}

const SHOWN_MAX = 5;

/** The id of the one candidate that a word means. A StartError when there is none, or more than one. */
export function resolveId(kind: NamedKind, word: string, candidates: readonly Candidate[]): string {
  const tests: ((candidate: Candidate) => boolean)[] = [
    ({ id }) => id === word,
    ({ names }) => names.includes(word),
    ({ id }) => word !== '' && id.startsWith(word),
  ];
  for (const test of tests) {
    const [match, ...others] = candidates.filter(test);
    if (match && others.length === 0) return match.id;
    if (match) throw new StartError(ambiguous(kind, word, [match, ...others]));
  }
  throw new StartError(`${kind.name} ${word} does not exist. '${kind.list}' lists them.`);
}

/**
 * The id for commands that remove: only a whole id matches. A script may repeat its command, which must not remove
 * something else the second time.
 */
export function exactId(kind: NamedKind, word: string, candidates: readonly Candidate[]): string {
  if (candidates.some(({ id }) => id === word)) return word;
  const near = resolveId(kind, word, candidates);
  throw new StartError(
    `${kind.name} ${word} does not exist. ${near} does: write the whole id, since this cannot be undone.`,
  );
}

function ambiguous({ name }: NamedKind, word: string, matches: readonly Candidate[]): string {
  const shown = matches.slice(0, SHOWN_MAX).map(({ id }) => `  ${id}`);
  const more = matches.length > SHOWN_MAX ? [`  and ${matches.length - SHOWN_MAX} more`] : [];
  return [`${name} ${word} may be any of these; write more of the id:`, ...shown, ...more].join('\n');
}
