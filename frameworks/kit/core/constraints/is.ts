/** IS: equal to a text, or to a number as it prints with three decimals. */

import type { Constraint } from './constraint';
import { scalarText } from './field';

export const is: Constraint = ({ offered, value }) => {
  if (offered === undefined) return false;
  return offered === value || (value.trim() !== '' && offered === scalarText(Number(value)));
};
