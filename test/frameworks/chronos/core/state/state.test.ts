import { newState } from '../../../../../frameworks/chronos/core/state/state';
import { SETTINGS } from '../../world';

test('a new state has no jobs', () => {
  expect(newState(SETTINGS)).toMatchObject({ settings: SETTINGS, slotsWakeAt: undefined });
});
