/**
 * Prints a runtime specification as JSON, with integers of 64 bits exact: no limit is 2^64 - 1.
 */

import type { RuntimeSpec } from './runtime-spec';

/** Stands before a big integer in a string. No text of a specification has it: programs get no NUL. */
const MARK = '\u0000integer:';

export function printSpec(specification: RuntimeSpec): string {
  const text = JSON.stringify(specification, (_key, value: unknown) =>
    typeof value === 'bigint' ? `${MARK}${value}` : value,
  );
  return text.replace(/"\\u0000integer:(\d+)"/g, '$1');
}
