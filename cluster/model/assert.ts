/**
 * Assertions about our own code; errors in what a peer sent are refused with a reason instead.
 */

/** Ends the step, and with it the process, when an assumption is wrong. */
export function assert(condition: unknown, text: string): asserts condition {
  if (!condition) throw new BrokenAssumption(text);
}

/** Unwraps a value that cannot be missing. */
export function present<T>(value: T | null | undefined, text: string): T {
  if (value === null || value === undefined) throw new BrokenAssumption(text);
  return value;
}

/** Thrown by assert and present: a mistake of ours, which ends the process. */
export class BrokenAssumption extends Error {}
