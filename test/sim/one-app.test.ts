/**
 * Master, agents and Marathon through lost agents, restarts and broken connections, on a network that delays and drops.
 */

import { breakEverything, cutAnAgentOff, loseAnAgent, scaleUpAndDown } from './scenarios/one-app';
import { seeds } from './seeds';

jest.setTimeout(300_000);

test.each(seeds())(
  'seed %i: an agent is lost, the master may restart, and all that was wished runs once',
  (seed) => {
    const world = loseAnAgent(seed);
    expect(world.marathon.events.map(({ eventType }) => eventType)).toContain('deployment_success');
  },
);

test.each(seeds())('seed %i: an agent is cut off and goes on alone, is replaced, and comes back', (seed) => {
  const world = cutAnAgentOff(seed);
  expect(world.processes()).toHaveLength(3);
});

test.each(seeds())('seed %i: an app is scaled up and down while messages are lost and repeated', (seed) => {
  const world = scaleUpAndDown(seed);
  expect(world.marathon.state.deployments.size).toBe(0);
});

test.each(seeds())(
  'seed %i: tasks are killed, apps scaled, processes and connections broken, again and again',
  (seed) => {
    const world = breakEverything(seed);
    expect(world.processes().length).toBeGreaterThan(0);
  },
);
