import { newState } from '../../../../../frameworks/chronos/core/state/state';
import {
  answer,
  commit,
  entryOf,
  save,
  type Turn,
  variableOf,
} from '../../../../../frameworks/chronos/core/state/turn';
import { RULES } from '../../schedules';
import { SETTINGS, World } from '../../world';

function newTurn(): Turn {
  return { state: newState(SETTINGS), now: 0, effects: [], rules: RULES };
}

test('a job that is gone is removed from the store, and the answer waits for it', () => {
  const turn = newTurn();
  save(turn, 'a');
  answer(turn, 1, { ok: true, text: '' });
  commit(turn);
  expect(turn.effects).toEqual([
    { kind: 'store', ticket: 1, changes: [{ name: 'job_a', value: undefined }] },
  ]);
});

test('a job is stored as it is at the end of the step', () => {
  const world = new World();
  world.put('a', { schedule: 'R1//PT1H' });
  expect(JSON.parse(world.stored.get('job_a') ?? '')).toEqual(JSON.parse(JSON.stringify(world.entry('a'))));
});

test('a job has one variable', () => {
  expect(variableOf('a b')).toBe('job_a b');
  expect(() => entryOf(newTurn(), 'a')).toThrow('there is no job a');
});
