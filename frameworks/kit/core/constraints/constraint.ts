/** A constraint operator, and its input: one agent, and the values of a field where the instances that count are. */

export interface ConstraintInput {
  /** The field's value on the offered agent; undefined when it has none. */
  readonly offered: string | undefined;
  readonly placed: PlacedValues;
  /** The constraint's third member; the empty text without one. */
  readonly value: string;
  /** Number of wanted instances. */
  readonly instances: number;
}

/** The number of placements that count by the field's value; the one that is there the longest comes first. */
export type PlacedValues = ReadonlyMap<string, number>;

export type Constraint = (input: ConstraintInput) => boolean;
