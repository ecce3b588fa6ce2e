/** MAX_PER: at most so many instances on one value. */

import type { Constraint } from './constraint';

export const maxPer: Constraint = ({ offered, placed, value }) =>
  offered !== undefined && placed.filter((other) => other === offered).length < Number(value);
