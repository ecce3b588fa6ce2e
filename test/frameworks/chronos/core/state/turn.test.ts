import { newState } from '../../../../../frameworks/chronos/core/state/state';
import { commit, entryOf, saveState, type Turn } from '../../../../../frameworks/chronos/core/state/turn';
import { answer } from '../../../../../frameworks/kit/core/turn/answer';
import { RULES } from '../../schedules';
import { SETTINGS, World } from '../../world';

function newTurn(): Turn {
  return { state: newState(SETTINGS), now: 0, effects: [], rules: RULES };
}

test('a job that is gone is removed from the store, and the answer waits for it', () => {
  const turn = newTurn();
  saveState(turn, 'a');
  answer(turn, 1, { ok: true, text: '' });
  commit(turn);
  expect(turn.effects).toEqual([
    { kind: 'store', ticket: 1, changes: [{ name: 'state_a', value: undefined }] },
  ]);
});

test('a definition is stored with the state of its job', () => {
  const world = new World();
  world.put('a', { schedule: 'R/2027-01-01T00:00:00Z/P1D' });
  expect([...world.stored.keys()]).toEqual(['job_a', 'state_a']);
});

test('a job that is not there has no entry', () => {
  expect(() => entryOf(newTurn(), 'a')).toThrow('there is no job a');
});
