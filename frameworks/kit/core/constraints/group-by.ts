/**
 * GROUP_BY: instances spread evenly over the values.
 *
 * With a number it is the most groups there may be (the source of 1.11; the documentation calls it the least). Without
 * one the original divides by zero; here the documented rule holds: a new value, or one of the smallest groups.
 */

import type { Constraint, ConstraintInput } from './constraint';

export const groupBy: Constraint = (input) => {
  if (input.offered === undefined) return false;
  const limit = input.value === '' ? 0 : Number(input.value);
  return limit > 0 ? spreadOver(limit, input, input.offered) : spreadOverAll(input, input.offered);
};

function spreadOverAll({ placed }: ConstraintInput, offered: string): boolean {
  const mine = placed.get(offered);
  if (mine === undefined) return true;
  for (const count of placed.values()) if (count < mine) return false;
  return true;
}

function spreadOver(limit: number, { placed, instances }: ConstraintInput, offered: string): boolean {
  const mine = placed.get(offered);
  if (mine === undefined) return placed.size < limit;
  const share = Math.floor(instances / limit);
  let extra = 0;
  for (const count of placed.values()) extra += Math.max(0, count - share);
  return mine < share || (mine === share && (instances % limit) - extra > 0);
}
