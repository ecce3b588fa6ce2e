/**
 * An agent on its own: kill -9 at any moment, failing disks, dying executors, restarts of the machine.
 */

import { breakTheAgent, killAfter } from './scenarios/agent-alone';
import { seeds } from './seeds';

jest.setTimeout(600_000);

test.each(seeds())('seed %i: each task starts at most once, has one end, and leaves nothing', (seed) => {
  breakTheAgent(seed);
});

const POINTS = Array.from({ length: 60 }, (_none, index) => index + 1);

test.each(POINTS)('an agent that is killed after effect %i goes on from there', (effects) => {
  for (const seed of seeds().slice(0, 5)) killAfter(effects, seed);
});
