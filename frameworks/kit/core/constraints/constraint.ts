/** A constraint operator, and its input: one agent, and the agents of the instances that count. */

export interface ConstraintInput {
  /** The field's value on the offered agent; undefined when it has none. */
  readonly offered: string | undefined;
  /** The field's values of the placements that count, in order of placement. */
  readonly placed: readonly string[];
  /** The constraint's third member; the empty text without one. */
  readonly value: string;
  /** Number of wanted instances. */
  readonly instances: number;
}

export type Constraint = (input: ConstraintInput) => boolean;

/** The frequency of each value. */
export function countByValue(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
