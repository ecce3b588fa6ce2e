/** Draws of a seeded generator. */

import { nextInteger, nextRandom, type Random, randomFrom } from '../../../cluster/model/random';

export class Chance {
  private readonly random: Random;

  constructor(seed: number) {
    this.random = randomFrom(seed);
  }

  /** True with this probability. */
  is(probability: number): boolean {
    return nextRandom(this.random) < probability;
  }

  /** A whole number from `least` to `most`; small ones are likelier. */
  between(least: number, most: number): number {
    const share = nextRandom(this.random) ** 2;
    return least + Math.floor(share * (most - least + 1));
  }

  pick<T>(values: readonly T[]): T {
    return values[nextInteger(this.random, values.length)] as T;
  }
}
