/**
 * Collects garbage at once: after work that leaves much behind, and before memory is measured.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Frees all memory that nothing refers to. It holds the process up for some milliseconds for each 100 MB. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('V8 has no function gc() in spite of --expose-gc');
  collect();
}
