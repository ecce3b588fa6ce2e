/** The constraint operators by name. A new one needs a file here, a row, and a table test. */

import { cluster } from './cluster';
import type { Constraint } from './constraint';
import { groupBy } from './group-by';
import { is } from './is';
import { like, unlike } from './like';
import { maxPer } from './max-per';
import { unique } from './unique';

export const CONSTRAINTS: Readonly<Record<string, Constraint>> = {
  UNIQUE: unique,
  CLUSTER: cluster,
  GROUP_BY: groupBy,
  LIKE: like,
  UNLIKE: unlike,
  MAX_PER: maxPer,
  IS: is,
};
