/** CLUSTER: all instances on the given value, or without one on the value of the first. */

import type { Constraint } from './constraint';

export const cluster: Constraint = ({ offered, placed, value }) => {
  if (offered === undefined) return false;
  if (value !== '') return offered === value;
  const [first] = placed.keys();
  return first === undefined || first === offered;
};
