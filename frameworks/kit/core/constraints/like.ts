/** LIKE and UNLIKE: the whole value matches a regular expression, or does not. */

import { wholePattern } from '../../../../cluster/model/pattern';
import type { Constraint } from './constraint';

export const like: Constraint = ({ offered, value }) => offered !== undefined && wholeMatch(value, offered);

/** The one operator that an agent without the field satisfies. */
export const unlike: Constraint = ({ offered, value }) =>
  offered === undefined || !wholeMatch(value, offered);

/** True when the whole text matches. */
export function wholeMatch(pattern: string, text: string): boolean {
  return wholePattern(pattern).test(text);
}
