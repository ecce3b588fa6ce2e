/**
 * Checks of our own assumptions. Never for what a peer sent: that is refused with a reason instead.
 */

/** Ends the step, and with it the process, when something that must hold does not. */
export function assert(condition: unknown, text: string): asserts condition {
  if (!condition) throw new BrokenAssumption(text);
}

/** Unwraps a value that must be there. */
export function present<T>(value: T | null | undefined, text: string): T {
  if (value === null || value === undefined) throw new BrokenAssumption(text);
  return value;
}

/** Thrown by assert and present: a mistake of ours, which ends the process. */
export class BrokenAssumption extends Error {}
