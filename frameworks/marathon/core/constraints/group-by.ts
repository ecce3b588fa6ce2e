/**
 * GROUP_BY: instances spread evenly over the values.
 *
 * With a number it is the most groups there may be (the source of 1.11; the documentation calls it the least). Without one
 * the original divides by zero; here the documented rule holds: a new value, or one of the smallest groups.
 */

import { type Constraint, type ConstraintCase, countByValue } from './constraint';

export const groupBy: Constraint = (question) => {
  if (question.offered === undefined) return false;
  const limit = question.value === '' ? 0 : Number(question.value);
  return limit > 0
    ? spreadOver(limit, question, question.offered)
    : spreadOverAll(question, question.offered);
};

function spreadOverAll({ placed }: ConstraintCase, offered: string): boolean {
  const counts = countByValue(placed);
  const mine = counts.get(offered);
  return mine === undefined || mine <= Math.min(...counts.values());
}

function spreadOver(limit: number, { placed, instances }: ConstraintCase, offered: string): boolean {
  const counts = countByValue(placed);
  const mine = counts.get(offered);
  if (mine === undefined) return counts.size < limit;
  const share = Math.floor(instances / limit);
  const extra = [...counts.values()].reduce((sum, count) => sum + Math.max(0, count - share), 0);
  return mine < share || (mine === share && (instances % limit) - extra > 0);
}
