import { newState } from '../../../../../frameworks/chronos/core/state/state';
import {
  announce,
  commit,
  entryOf,
  release,
  save,
  type Turn,
  variableOf,
} from '../../../../../frameworks/chronos/core/state/turn';
import { RULES } from '../../schedules';
import { SETTINGS } from '../../world';

const RESIGN = { kind: 'resign', reason: 'x' } as const;

function newTurn(): Turn {
  return { state: newState(SETTINGS), now: 0, effects: [], rules: RULES };
}

test('without changes an effect goes out at once', () => {
  const turn = newTurn();
  announce(turn, RESIGN);
  expect(turn.effects).toEqual([RESIGN]);
});

test('an effect waits for the changes before it, and changes in flight for no others', () => {
  const turn = newTurn();
  save(turn, 'a');
  announce(turn, RESIGN);
  commit(turn);
  expect(turn.effects).toEqual([
    { kind: 'store', ticket: 1, changes: [{ name: 'job_a', value: undefined }] },
  ]);
  announce(turn, { kind: 'resign', reason: 'held too' });
  save(turn, 'b');
  announce(turn, { kind: 'resign', reason: 'next' });
  commit(turn);
  release(turn, 9);
  expect(turn.effects).toHaveLength(1);
  release(turn, 1);
  expect(turn.effects.slice(1)).toEqual([RESIGN, { kind: 'resign', reason: 'held too' }]);
  commit(turn);
  release(turn, 2);
  expect(turn.effects.at(-1)).toEqual({ kind: 'resign', reason: 'next' });
});

test('a job has one variable', () => {
  expect(variableOf('a b')).toBe('job_a b');
  expect(() => entryOf(newTurn(), 'a')).toThrow('there is no job a');
});
