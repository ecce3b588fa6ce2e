/** UNIQUE: no two instances on the same value. */

import type { Constraint } from './constraint';

export const unique: Constraint = ({ offered, placed }) => offered !== undefined && !placed.has(offered);
