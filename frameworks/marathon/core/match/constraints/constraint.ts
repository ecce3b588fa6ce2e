/**
 * What every constraint operator is: a question about one agent, given where the app's instances are already.
 */

export interface ConstraintCase {
  /** The field's value on the offered agent; undefined when it has none. */
  readonly offered: string | undefined;
  /** The field's values of the placements that count, in order of placement. */
  readonly placed: readonly string[];
  /** The constraint's third member; the empty text without one. */
  readonly value: string;
  /** How many instances are wanted. */
  readonly instances: number;
}

export type Constraint = (question: ConstraintCase) => boolean;

/** How often each value occurs. */
export function countByValue(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
