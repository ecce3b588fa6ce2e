/**
 * The values of scalar protobuf types inside the program: bytes as base64 text, 64-bit integers as numbers
 * while they are exact and as bigint beyond 2^53.
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

/** Nanoseconds since the epoch as Mesos' TimeInfo has them. */
export function nanosecondsOf(ms: number): Int64 {
  return toInt64(BigInt(Math.round(ms)) * 1_000_000n);
}
