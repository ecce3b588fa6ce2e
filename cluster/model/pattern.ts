/** Regular expressions of users, such as those of placement constraints. */

/** The expression that matches whole texts only. Throws a SyntaxError for a text that is none. */
export function wholePattern(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

const LOOK_AROUND_OR_REFERENCE = /\(\?<?[=!]|\\[1-9]|\\k</;
const REPEATED_GROUP = /\)[*+{]/;

/** True for a regular expression. */
export function isPattern(pattern: string): boolean {
  try {
    return wholePattern(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}

/** The words for the refusal of such a pattern. */
export const UNBOUNDED =
  'repeats a group beside look-around or a back reference, so that its match may never end: leave one of them out';

/**
 * True when nothing bounds the match. V8 goes on in linear time where a pattern backtracks too often
 * (`cluster/runtime/bound-backtracking.ts`), but not with look-around or back references.
 */
export function isUnbounded(pattern: string): boolean {
  return LOOK_AROUND_OR_REFERENCE.test(pattern) && REPEATED_GROUP.test(pattern);
}
