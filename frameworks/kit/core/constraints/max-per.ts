/** MAX_PER: at most so many instances on one value. */

import type { Constraint } from './constraint';

export const maxPer: Constraint = ({ offered, placed, value }) =>
  offered !== undefined && (placed.get(offered) ?? 0) < Number(value);
