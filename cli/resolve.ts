/**
 * The thing a person means by a word: its id, its name, or the beginning of its id. Nothing looser: the word may be
 * that of a command which removes the thing.
 */

import { StartError } from '../cluster/runtime/lifecycle';

export interface Candidate {
  readonly id: string;
  /** Other words for it, such as a host name; they count whole. */
  readonly names: readonly string[];
}

interface NamedKind {
  /** With a capital: `Agent`. */
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
 * The same for commands that remove: only the id counts. The same command given twice, as a script does that
 * tries again, must not mean something else the second time.
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
