/** The first state of drained tasks, with those of an earlier run. */

import { initDrains } from '../../../../lb/core/drains/drains';

test.each([
  ['in the past stays as it is', 900, 900],
  ['in the future, as after a clock that was set back, becomes the start', 5000, 1000],
])('a time of an earlier run %s', (_name, drainedAt, expected) => {
  const { drained, appsReadAt } = initDrains([['old', drainedAt]], 1000);
  expect([[...drained], appsReadAt]).toEqual([[['old', expected]], undefined]);
});
