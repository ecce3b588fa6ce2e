import { newState, packerFor } from '../../../../../frameworks/chronos/core/state/state';
import { SETTINGS, World } from '../../world';

test('a new state has no jobs', () => {
  expect(newState(SETTINGS)).toMatchObject({ settings: SETTINGS, slotsWakeAt: undefined });
});

test('the places that histories share are bounded, also when agents come and go for ever', () => {
  const world = new World();
  world.put('a', {});
  const entry = world.entry('a');
  const { places } = world.state;
  for (let agent = 0; agent < 5000; agent += 1) {
    packerFor(world.state, entry);
    places.set(`agent ${agent}`, []);
  }
  expect(places.size).toBeLessThanOrEqual(1004);
  expect(places.has('agent 4999')).toBe(true);
});
