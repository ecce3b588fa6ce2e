/** Chronos at size: its start from the store, its API, the cost of its loop and of offers, and jobs that are due at once. */

import { benchFolder } from '../leftovers';
import { benchApi } from './api';
import { benchLaunches } from './launches';
import { benchLoad } from './load';
import { benchLoop } from './loop';
import { benchOffers } from './offers';

export async function benchChronos(): Promise<void> {
  await benchLoad(benchFolder('meseta-bench-'), 0);
  const driven = await benchLoad(benchFolder('meseta-bench-'));
  await benchApi(driven);
  benchLoop();
  benchOffers();
  await benchLaunches();
}
