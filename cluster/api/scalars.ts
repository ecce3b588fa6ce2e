/**
 * Scalar protobuf types as plain values: base64 for bytes, numbers for 64-bit integers while they are exact.
 *
 * Beyond 2^53 they are bigints.
 */

/** Bytes in standard base64 with padding. */
export type Base64 = string;

/** A 64-bit integer: a number when exact, else a bigint. */
export type Int64 = number | bigint;

/** The number when it is exact, else the bigint. */
export function toInt64(value: bigint): Int64 {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
