/** The values of placements, counted as constraints see them. */

import type { PlacedValues } from '../../../frameworks/kit/core/constraints/constraint';

export function placedValues(values: readonly string[]): PlacedValues {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
