import { masterTurn } from '../../../../../frameworks/chronos/core/launch/master-turn';
import { newState } from '../../../../../frameworks/chronos/core/state/state';
import { MESOS } from '../../master-world';
import { RULES } from '../../schedules';
import { SETTINGS } from '../../world';

test('the turn of the session has the outbox of Chronos', () => {
  const state = newState({ ...SETTINGS, mesos: MESOS });
  const turn = masterTurn({ state, now: 7, effects: [], rules: RULES });
  expect(turn?.now).toBe(7);
  expect(turn?.state.outbox).toBe(state.outbox);
});

test('without a master there is none', () => {
  expect(masterTurn({ state: newState(SETTINGS), now: 0, effects: [], rules: RULES })).toBeUndefined();
});
