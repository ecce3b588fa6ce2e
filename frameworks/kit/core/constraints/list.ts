/** The constraint operators by name, and the constraints that do not hold. */

import { cluster } from './cluster';
import type { Constraint, PlacedValues } from './constraint';
import { type AgentInfo, fieldValue } from './field';
import { groupBy } from './group-by';
import { is } from './is';
import { like, unlike } from './like';
import { maxPer } from './max-per';
import { unique } from './unique';

/** A new operator needs a file here, a row, and a table test. */
export const CONSTRAINTS: Readonly<Record<string, Constraint>> = {
  UNIQUE: unique,
  CLUSTER: cluster,
  GROUP_BY: groupBy,
  LIKE: like,
  UNLIKE: unlike,
  MAX_PER: maxPer,
  IS: is,
};

/** Field, operator and value. */
export type ConstraintRule = readonly string[];

/** The values of each field that rules are about, where the instances are that count. */
export type Placements = ReadonlyMap<string, PlacedValues>;

const NONE: PlacedValues = new Map();

/** An agent on which an instance may be placed, beside the instances that count. */
export interface Placing {
  readonly agent: AgentInfo;
  readonly placements: Placements;
  /** Number of wanted instances. */
  readonly instances: number;
}

/** The rules that do not hold, in their order. */
export function brokenRules<Rule extends ConstraintRule>(
  rules: readonly Rule[],
  { agent, placements, instances }: Placing,
): Rule[] {
  return rules.filter(([field = '', operator = '', value = '']) => {
    const placed = placements.get(field) ?? NONE;
    return !CONSTRAINTS[operator]?.({ offered: fieldValue(field, agent), placed, value, instances });
  });
}
