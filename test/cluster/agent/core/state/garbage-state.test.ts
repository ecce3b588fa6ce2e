import {
  type GarbageSettings,
  initGarbage,
  maxAge,
} from '../../../../../cluster/agent/core/state/garbage-state';

const WEEK: GarbageSettings = { delayMs: 1000, headroom: 0.1, diskWatchMs: 60, ofContainers: false };

it.each([
  [0, 900],
  [0.4, 500],
  [0.9, 0],
  [1, 0],
])('with %s of the disk in use folders are kept up to the age of %s of 1000', (usage, age) => {
  expect(maxAge(WEEK, usage)).toBeCloseTo(age);
});

it('begins as with an empty disk', () => {
  expect(initGarbage(WEEK).maxAgeMs).toBe(900);
  expect(initGarbage(undefined).maxAgeMs).toBe(0);
});
