/**
 * GROUP_BY: instances spread evenly over the values.
 *
 * With a number it is the most groups there may be (the source of 1.11; the documentation calls it the least). Without
 * one the original divides by zero; here the documented rule holds: a new value, or one of the smallest groups.
 */

import { type Constraint, type ConstraintInput, countByValue } from './constraint';

export const groupBy: Constraint = (input) => {
  if (input.offered === undefined) return false;
  const limit = input.value === '' ? 0 : Number(input.value);
  return limit > 0 ? spreadOver(limit, input, input.offered) : spreadOverAll(input, input.offered);
};

function spreadOverAll({ placed }: ConstraintInput, offered: string): boolean {
  const counts = countByValue(placed);
  const mine = counts.get(offered);
  return mine === undefined || mine <= Math.min(...counts.values());
}

function spreadOver(limit: number, { placed, instances }: ConstraintInput, offered: string): boolean {
  const counts = countByValue(placed);
  const mine = counts.get(offered);
  if (mine === undefined) return counts.size < limit;
  const share = Math.floor(instances / limit);
  const extra = [...counts.values()].reduce((sum, count) => sum + Math.max(0, count - share), 0);
  return mine < share || (mine === share && (instances % limit) - extra > 0);
}
