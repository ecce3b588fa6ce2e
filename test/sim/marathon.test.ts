/**
 * Marathon over hours of virtual time: its own machine, with changes of apps and groups, deaths, lost agents, new masters,
 * late and repeated updates, and starts from what is stored, all at random.
 */

import { playDays } from './scenarios/marathon-days';
import { seeds } from './seeds';

jest.setTimeout(300_000);

/** The short form plays less of each seed. */
const HOURS = Number(process.env['SIM_HOURS'] ?? (process.env['SIM_SEEDS'] === undefined ? 1 : 3));

test.each(seeds())('seed %i: no limit is broken, no change is lost, and all comes to rest', (seed) => {
  expect(playDays(seed, HOURS).launches).toBeGreaterThan(0);
});
