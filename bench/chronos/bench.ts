/** Chronos at size: its start from the store, the cost of its loop, and its API. */

import { benchFolder } from '../leftovers';
import { benchApi } from './api';
import { benchLoad } from './load';
import { benchLoop } from './loop';

export async function benchChronos(): Promise<void> {
  await benchLoad(benchFolder('meseta-bench-'), 0);
  const driven = await benchLoad(benchFolder('meseta-bench-'));
  await benchApi(driven);
  benchLoop();
}
