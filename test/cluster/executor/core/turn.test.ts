import { executorTimers, saveChanges, type Turn } from '../../../../cluster/executor/core/turn';
import { stateWith } from '../play-executor';

/** The names are in recordings. */
test.each(['subscribe', 'retry', 'leave'] as const)('the timer %s is named by its kind', (kind) => {
  expect(executorTimers.nameOf({ kind })).toBe(kind);
  expect(executorTimers.read(kind)).toEqual({ kind });
});

test.each(['grace', 'health', 'check', 'completion'] as const)('the timer %s names its task', (kind) => {
  const timer = { kind, taskId: 'a b' };
  expect(executorTimers.read(executorTimers.nameOf(timer))).toEqual(timer);
});

test.each([
  [true, true, ['save', 'exit']],
  [false, true, ['exit']],
  [true, false, ['exit']],
])(
  'what a step has changed (%s) is saved first, if the executor is in a container (%s)',
  (changed, hosted, kinds) => {
    const turn: Turn = {
      state: stateWith('running', hosted ? {} : { container: undefined }),
      now: 0,
      effects: [{ kind: 'exit' }],
      changed,
    };
    saveChanges(turn);
    expect(turn.effects.map(({ kind }) => kind)).toEqual(kinds);
  },
);
