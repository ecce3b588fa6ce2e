/** IS: equal to a text, or to a number as it prints with three decimals. */

import { scalarText } from '../field';
import type { Constraint } from './constraint';

export const is: Constraint = ({ offered, value }) => {
  if (offered === undefined) return false;
  return offered === value || (value.trim() !== '' && offered === scalarText(Number(value)));
};
