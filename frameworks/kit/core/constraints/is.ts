/** IS: equal to a text. A value that is a plain number is compared as Mesos prints it, with three decimals. */

import type { Constraint } from './constraint';
import { scalarText } from './field';

export const is: Constraint = ({ offered, value }) => offered !== undefined && offered === textOf(value);

/** The original compares a text such as `1.0` of an agent with `1`, too, which it therefore does not equal. */
function textOf(value: string): string {
  return /^[0-9]+(\.[0-9]+)?$/.test(value) ? scalarText(Number(value)) : value;
}
