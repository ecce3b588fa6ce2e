import { checkExecutor } from '../../../../cluster/executor/core/check-executor';
import type { ExecutorState } from '../../../../cluster/executor/core/state';
import { stateWith, taskOf } from '../play-executor';

test.each<[name: string, damage: (state: ExecutorState) => void, violation: string | undefined]>([
  ['no damage', () => undefined, undefined],
  [
    'a second launch',
    (state) => {
      state.launches = 2;
    },
    'a command executor with 2 launches',
  ],
  [
    'a task of a launch that never was',
    (state) => {
      state.launches = 0;
    },
    'the task t is of launch 1 of 0',
  ],
  [
    'a task at the place of another',
    (state) => {
      const [task] = state.tasks.values();
      if (task) state.tasks.set('t', { ...task, info: taskOf('u') });
    },
    'the task u is at t',
  ],
  [
    'two connections',
    (state) => {
      state.disconnectedAt = 5;
    },
    'connected, and disconnected at 5',
  ],
  [
    'an update under the name of another',
    (state) => {
      state.unacknowledged.set('x', { task_id: { value: 't' }, state: 'TASK_RUNNING', uuid: 'y' });
    },
    'the update y is at x',
  ],
])('%s is found', (_name, damage, violation) => {
  const state = stateWith('running');
  damage(state);
  expect(checkExecutor(state)).toEqual(violation === undefined ? [] : [violation]);
});
