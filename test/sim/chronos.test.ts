/**
 * Chronos over years of virtual time: its own machine, with schedules, zones, failovers, clock jumps, lost launches, and
 * late and repeated updates, all at random.
 */

import { playYears } from './scenarios/chronos-years';
import { seeds } from './seeds';

jest.setTimeout(300_000);

/** The short form plays less of each seed. */
const YEARS = Number(process.env['SIM_YEARS'] ?? (process.env['SIM_SEEDS'] === undefined ? 2 : 10));

test.each(seeds())('seed %i: each slot has one outcome, and no job runs twice at once', (seed) => {
  expect(playYears(seed, YEARS).launches).toBeGreaterThan(0);
});
