/**
 * Operators at work while all else goes on: maintenance windows, drains, agents given up, and masters that fail over meanwhile.
 */

import { maintain, operate } from './scenarios/operators';
import { seeds } from './seeds';

jest.setTimeout(600_000);

test.each(seeds())('seed %i: a machine is scheduled, taken down and brought up, over two masters', (seed) => {
  const world = maintain(seed);
  expect(world.master.mailbox?.state.registry.machines.size).toBe(0);
});

test.each(seeds())(
  'seed %i: operators, lost messages, lost agents and new masters, again and again',
  (seed) => {
    const world = operate(seed);
    expect(world.master.mailbox?.state.registry.drains.size).toBe(0);
  },
);
