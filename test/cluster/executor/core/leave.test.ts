import { leave, leaveWhenDone } from '../../../../cluster/executor/core/leave';
import { effectsOf } from '../../../effects-of';
import { stateWith } from '../play-executor';

const status = { task_id: { value: 't' }, state: 'TASK_FINISHED' } as const;

test.each([
  ['running', 0, []],
  ['none', 0, ['exit']],
  ['none', 1, ['wake']],
] as const)(
  'with a task that is %s and %i unacknowledged updates the executor does %j',
  (process, count, kinds) => {
    const state = stateWith(process);
    if (count > 0) state.unacknowledged.set('u', status);
    expect(effectsOf(state, leaveWhenDone).map(({ kind }) => kind)).toEqual(kinds);
  },
);

test('when the time is over the executor leaves, unless a task has come meanwhile', () => {
  const state = stateWith('none');
  state.unacknowledged.set('u', status);
  expect(effectsOf(state, leave)).toEqual([{ kind: 'exit' }]);
  expect(effectsOf(stateWith('running'), leave)).toEqual([]);
});
