/** The first state of refreshes. */

import { initRefresh } from '../../../../lb/core/refresh/refresh';

test('weights of an earlier run count from the beginning, and nothing runs or waits', () => {
  const { weights, running, waiting, adopted } = initRefresh({ cleanUp: true, weights: [['/a', 2]] });
  expect([[...weights], running, waiting, adopted]).toEqual([[['/a', 2]], undefined, [], undefined]);
});
