/**
 * Regular expressions that backtrack too often go on in V8's engine of linear time, so that a pattern of a user, such as that
 * of a placement constraint, does not hold the process up.
 */

import { setFlagsFromString } from 'node:v8';

/** Holds for the whole process. Patterns with look-around or back references are not bounded: that engine has neither. */
export function boundBacktracking(): void {
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
}
