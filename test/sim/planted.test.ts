/**
 * The simulation finds bugs: each planted one fails a scenario within a few seeds, by the words that tell what is wrong.
 *
 * `npm run sim -- --planted --seeds 100` plays all seeds and shows how many of them find each bug.
 */

import { PLANTED, type PlantedBug } from './planted/bugs';

jest.setTimeout(3_600_000);

const SEEDS_MAX = 25;
const isLong = process.env['SIM_PLANTED'] !== undefined;

/** What the scenario fails with; undefined when it passes. */
function failureOf({ scenario, machines }: PlantedBug, seed: number): string | undefined {
  try {
    scenario(seed, machines);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The first seed that finds the bug, and the number of seeds that do. Stops at the first one in the short form. */
function search(bug: PlantedBug, seeds: number): { first?: number; found: number; text?: string } {
  let result: { first?: number; found: number; text?: string } = { found: 0 };
  for (let seed = 1; seed <= seeds; seed++) {
    const text = failureOf(bug, seed);
    if (text === undefined) continue;
    result = { first: seed, text, ...result, found: result.found + 1 };
    if (!isLong) break;
  }
  return result;
}

const rows: string[] = [];

test.each(Object.entries(PLANTED))('the simulation finds this bug in the %s', (name, bug) => {
  const seeds = isLong ? Number(process.env['SIM_SEEDS'] ?? SEEDS_MAX) : SEEDS_MAX;
  const { first, found, text } = search(bug, seeds);
  rows.push(`${found} of ${seeds} seeds, first ${first ?? '-'}: ${name}`);
  expect(text).toMatch(bug.symptom);
});

afterAll(() => {
  if (isLong) process.stdout.write(`${rows.join('\n')}\n`);
});
