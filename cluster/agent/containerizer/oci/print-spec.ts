/**
 * Prints a runtime specification as JSON, with integers of 64 bits exact: no limit is 2^64 - 1.
 */

import type { Process, RuntimeSpec } from './runtime-spec';

/** Stands before a big integer in a string. No text of a specification has it: programs get no NUL. */
const MARK = '\u0000integer:';

export function printSpec(specification: RuntimeSpec | Process): string {
  const text = JSON.stringify(specification, (_key, value: unknown) =>
    typeof value === 'bigint' ? `${MARK}${value}` : value,
  );
  return text.replace(/"\\u0000integer:(\d+)"/g, '$1');
}

/** The one integer that is beyond those of JavaScript: no limit. */
const NO_LIMIT = 2n ** 64n - 1n;

/** Reads a specification that was printed here. */
export function readSpec(text: string): RuntimeSpec {
  return JSON.parse(text, (_key, value: unknown) =>
    typeof value === 'number' && value > Number.MAX_SAFE_INTEGER ? NO_LIMIT : value,
  ) as RuntimeSpec;
}
