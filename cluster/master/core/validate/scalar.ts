/**
 * Numbers that people give for quantities (Mesos 1.11 src/common/validation.cpp).
 */

/** What is wrong with a number given for a quantity. */
export function scalarError(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN not supported';
  if (!Number.isFinite(value)) return 'Infinite values not supported';
  return value < 0 ? 'Negative values not supported' : undefined;
}
