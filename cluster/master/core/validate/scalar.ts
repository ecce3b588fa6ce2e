/**
 * Errors in numbers of quantities (Mesos 1.11 src/common/validation.cpp).
 */

/** The error in the number of a quantity, or undefined. */
export function scalarError(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN not supported';
  if (!Number.isFinite(value)) return 'Infinite values not supported';
  return value < 0 ? 'Negative values not supported' : undefined;
}
