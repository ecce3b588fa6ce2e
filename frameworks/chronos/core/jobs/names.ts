/**
 * Names of jobs.
 *
 * The task id has the name and is a name of at most 255 bytes to Mesos; so a name is shorter here than the original
 * demands.
 */

/** The bases of the API: `/v1/scheduler` of 3.x, and `/scheduler` of 2.x. */
export type ApiBase = 'v1' | 'legacy';

/** 255 bytes without `ct:`, 13 digits of milliseconds, an attempt of up to 5 digits and the colons. */
export const NAME_MAX = 230;

const PATTERNS: Readonly<Record<ApiBase, RegExp>> = {
  v1: /^[A-Za-z0-9_.-]+$/,
  legacy: /^[A-Za-z0-9_.# -]+$/,
};

const LETTERS: Readonly<Record<ApiBase, string>> = {
  v1: 'letters, digits, _, . and -',
  legacy: 'letters, digits, blanks, _, ., # and -',
};

/** Clients leave these out of paths, so that nobody could ask for such a job, or delete it. */
const RELATIVE_SEGMENTS: ReadonlySet<string> = new Set(['.', '..']);

/** The fault of a name as a clause; undefined for a good one. */
export function nameFault(name: string, base: ApiBase): string | undefined {
  if (name === '') return 'must not be empty';
  if (name.length > NAME_MAX) return `must have at most ${NAME_MAX} characters, not ${name.length}`;
  if (RELATIVE_SEGMENTS.has(name)) return `must not be '${name}', which no path can name`;
  return PATTERNS[base].test(name) ? undefined : `must have ${LETTERS[base]} only, not '${name}'`;
}
