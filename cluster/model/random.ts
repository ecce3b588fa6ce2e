/**
 * A seeded generator of random numbers (mulberry32), not for secrets.
 *
 * Its state is one number that lives in a machine's state, so that a recording replays to the same choices.
 */

import { uuidBase64 } from './uuid';

export interface Random {
  /** The generator's state, 32 bits. Changed by every draw. */
  word: number;
}

/** Starts a generator. Equal seeds give equal draws. */
export function randomFrom(seed: number): Random {
  return { word: seed >>> 0 };
}

/** The next number in [0, 1). */
export function nextRandom(random: Random): number {
  random.word = (random.word + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(random.word ^ (random.word >>> 15), random.word | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}

/** A whole number in [0, below). */
export function nextInteger(random: Random, below: number): number {
  return Math.floor(nextRandom(random) * below);
}

/** Shuffles in place (Fisher and Yates) and returns the same array. */
export function shuffle<T>(random: Random, items: T[]): T[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = nextInteger(random, last + 1);
    const held = items[last] as T;
    items[last] = items[other] as T;
    items[other] = held;
  }
  return items;
}

/** A random (version 4) UUID in the form of the wire's `bytes` fields: 16 bytes in base64. */
export function nextUuidBytes(random: Random): string {
  return uuidBase64(nextUuid(random));
}

/** A random (version 4) UUID in its usual text form, drawn from the generator. */
export function nextUuid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => nextInteger(random, 16));
  digits[12] = 4;
  digits[16] = 8 + ((digits[16] ?? 0) & 3);
  const hex = digits.map((digit) => digit.toString(16)).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
